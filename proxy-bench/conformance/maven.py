"""Fetches what the suites consist of from Maven Central, once; later runs need no network."""
import os
import subprocess

from comparison.processes import CannotMeasure
from comparison.report import say

PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0"
SECONDS_MAX = 300


def artifact(coordinates, folder):
    """The path of one jar, fetched into the folder if it isn't there."""
    _, name, version = coordinates.split(":")
    jar = f"{folder}/{name}-{version}.jar"
    if not os.path.exists(jar):
        say(f"fetching {coordinates} by Maven …")
        _mvn([f"{PLUGIN}:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={folder}"])
    return jar


def libraries(pom, folder):
    """The folder with everything that a pom depends on, to run it; fetched if this pom wasn't before."""
    marker = f"{folder}/complete"
    with open(pom) as file:
        wanted = file.read()
    if not os.path.exists(marker) or open(marker).read() != wanted:
        say(f"fetching what {os.path.relpath(pom)} depends on by Maven …")
        _mvn(["-f", pom, f"{PLUGIN}:copy-dependencies", f"-DoutputDirectory={folder}", "-DincludeScope=runtime"])
        with open(marker, "w") as file:
            file.write(wanted)
    return folder


def _mvn(arguments):
    try:
        done = subprocess.run(["mvn", "-q", "-B", "-ntp", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=SECONDS_MAX)
    except (OSError, subprocess.TimeoutExpired) as reason:
        raise CannotMeasure(f"mvn: {reason}") from None
    if done.returncode != 0:
        raise CannotMeasure(f"mvn failed: {(done.stdout or done.stderr).strip()[-400:]}")
