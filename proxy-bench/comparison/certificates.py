"""Certificates, made by openssl when they are needed, and what a proxy and a client agree on with them."""
import os
import re
import subprocess

from .processes import CannotMeasure

# What every client of a measurement offers, so that all proxies do the same work: nothing else can be agreed on.
CIPHER = "TLS_AES_128_GCM_SHA256"
GROUP = "X25519"
# wrk has no options for them; OpenSSL takes them from its configuration (config(5)).
CLIENT = f"""\
openssl_conf = load
[load]
ssl_conf = kinds
[kinds]
system_default = client
[client]
MinProtocol = TLSv1.3
MaxProtocol = TLSv1.3
Ciphersuites = {CIPHER}
Groups = {GROUP}
"""


def make(folder, certificate, key, serial=1):
    """A self-signed certificate for localhost, ECDSA with P-256, and its key: files of these names in the folder."""
    _openssl(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
              "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
              "-set_serial", str(serial), "-keyout", f"{folder}/{key}", "-out", f"{folder}/{certificate}"])
    # A proxy's workers may be another user.
    os.chmod(f"{folder}/{key}", 0o644)


def client_environment(folder):
    """What a load generator's environment has more, to offer what is said above; writes a file into the folder."""
    path = f"{folder}/openssl.cnf"
    with open(path, "w") as file:
        file.write(CLIENT)
    return {"OPENSSL_CONF": path}


def agreed(port, protocol, environment):
    """What a handshake with this port comes to, in words; the protocol is the one to be chosen by ALPN."""
    said = _openssl(["s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost", "-alpn", protocol], environment)
    found = agreement(said)
    if found is None or found[-1] != protocol:
        raise CannotMeasure(f"no handshake for {protocol} with port {port}: {found or said.strip()[-200:]}")
    return ", ".join(found)


def agreement(said):
    """TLS version, cipher, key exchange, kind of signature, protocol, out of what s_client says; None if there was none."""
    patterns = (r"^New, (TLSv[\d.]+), Cipher is \S+", r"^New, TLSv[\d.]+, Cipher is (\S+)", r"^Server Temp Key: ([^,\n]+)",
                r"^Peer signature type: (\S+)", r"^ALPN protocol: (\S+)")
    found = [re.search(pattern, said, re.MULTILINE) for pattern in patterns]
    return None if None in found[:4] else [match[1] if match else "no protocol" for match in found]


def _openssl(arguments, environment=None):
    try:
        done = subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
                              env={**os.environ, **(environment or {})})
    except (OSError, subprocess.TimeoutExpired) as reason:
        raise CannotMeasure(f"openssl {arguments[0]}: {reason}") from None
    if done.returncode != 0:
        raise CannotMeasure(f"openssl {arguments[0]} failed: {done.stderr.strip()[-300:]}")
    return done.stdout
