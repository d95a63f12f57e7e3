"""gRPC's own interoperability client and server, out of Maven Central."""
import os
import zipfile

from comparison.java import java
from conformance import maven

BENCH = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
CLIENT = "io.grpc.testing.integration.TestServiceClient"
SERVER = "io.grpc.testing.integration.TestServiceServer"
# What the server's certificate is for, out of the suite's own; any name below test.google.fr.
NAME = "foo.test.google.fr"
CERTIFICATES = ("ca.pem", "server1.pem", "server1.key")
# What makes the client look at the reports that these cases are about.
REPORTS = '{"loadBalancingConfig": [{"test_backend_metrics_load_balancer": {}}]}'


class Suite:
    """The suite's programs and certificates: how its client and its server are called."""

    def __init__(self, folder):
        self.folder = folder
        self.libraries = maven.libraries(f"{BENCH}/conformance/grpc/pom.xml", f"{BENCH}/target/grpc-interop")
        # A JVM for each case: most of its work is to load classes, so the second one takes them from an archive.
        self.java = [java(), "-XX:TieredStopAtLevel=1", "-XX:+AutoCreateSharedArchive",
                     f"-XX:SharedArchiveFile={self.libraries}/client.jsa", "-Xlog:disable", "-Xlog:all=off",
                     "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                     "-cp", f"{self.libraries}/*"]
        jar = next(f"{self.libraries}/{name}" for name in sorted(os.listdir(self.libraries)) if name.startswith("grpc-testing-"))
        with zipfile.ZipFile(jar) as packed:
            for name in CERTIFICATES:
                with open(f"{folder}/{name}", "wb") as file:
                    file.write(packed.read(f"certs/{name}"))
        with open(f"{folder}/both.pem", "wb") as both:
            for name in CERTIFICATES[1:]:
                both.write(open(f"{folder}/{name}", "rb").read())

    def server(self, port, way):
        return [*self.java, SERVER, f"--port={port}", f"--use_tls={_flag(way)}", "--address_type=IPV4"]

    def client(self, port, way, case):
        return [*self.java, CLIENT, "--server_host=127.0.0.1", f"--server_port={port}", f"--server_host_override={NAME}",
                f"--use_tls={_flag(way)}", f"--use_test_ca={_flag(way)}", f"--test_case={case}",
                *([f"--service_config_json={REPORTS}"] if case.startswith("orca") else [])]


def _flag(way):
    return "true" if way == "TLS" else "false"
