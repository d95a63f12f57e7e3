"""The JDK that the suites and loads written in Java run on."""
import glob
import os
import re

from .processes import CannotMeasure

MAJOR_MIN = 25


def java():
    """The path of the first java that is new enough, looked for where Sluice's launcher does."""
    homes = [os.environ.get("SLUICE_JAVA_HOME", ""), os.environ.get("JAVA_HOME", "")]
    for pattern in ("/usr/lib/jvm/*", "/opt/*", "~/.sdkman/candidates/java/*", "~/.jdks/*"):
        homes += sorted(glob.glob(os.path.expanduser(pattern)))
    for home in homes:
        try:
            with open(f"{home}/release") as release:
                major = re.search(r'^JAVA_VERSION="(\d+)', release.read(), re.MULTILINE)
        except OSError:
            continue
        if major and int(major[1]) >= MAJOR_MIN and os.access(f"{home}/bin/java", os.X_OK):
            return f"{home}/bin/java"
    raise CannotMeasure(f"no JDK {MAJOR_MIN} or newer found; set JAVA_HOME to one.")
