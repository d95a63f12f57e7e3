# The image of Sluice: docs/container.md says how to run it. .ci/container-stages runs these stages without Docker.
#
# Every base has glibc: Netty's native transport, and the system calls that splice, are built for it. On Alpine's musl the
# proxy would fall back to the JDK's sockets, without one listening socket a loop and without zero copy.
# Tags name one build each. To go to the last byte, pin digests: --build-arg BASE_IMAGE=debian@sha256:…
ARG MAVEN_IMAGE=maven:3.9.12-eclipse-temurin-25
ARG JDK_IMAGE=eclipse-temurin:25.0.3_9-jdk-noble
ARG BASE_IMAGE=debian:trixie-20260803-slim

# The jars.
FROM ${MAVEN_IMAGE} AS build
WORKDIR /src
COPY pom.xml sluice ./
COPY proxy-core/pom.xml proxy-core/
COPY proxy-cli/pom.xml proxy-cli/
COPY proxy-bench/pom.xml proxy-bench/
COPY proxy-core/src/main proxy-core/src/main
COPY proxy-cli/src/main proxy-cli/src/main
RUN --mount=type=cache,target=/root/.m2 mvn -B -ntp -q -DskipTests package -pl proxy-cli -am

# A Java of the modules that are used, with the launcher's flags built in: so nothing but Java runs in the image, no shell in
# front of it, and JDK_JAVA_OPTIONS still wins over each of them.
FROM ${JDK_IMAGE} AS runtime
WORKDIR /opt/sluice
COPY --from=build /src/sluice /src/sluice
COPY --from=build /src/proxy-cli/target/sluice.jar ./
COPY --from=build /src/proxy-cli/target/lib ./lib
# -UsePerfData: the file in /tmp that it writes for jps can't be written in a read-only container, and may stall the JVM.
# java.library.path: Netty and brotli take their libraries from there and have not to unpack them, which a read-only /tmp would
# forbid; zstd looks where ZstdNativePath says.
RUN jlink --output java --no-header-files --no-man-pages --generate-cds-archive \
    --add-modules java.base,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.jfr,jdk.management,jdk.unsupported \
    --add-options="$(SLUICE_JAVA_HOME="$JAVA_HOME" /src/sluice flags | tr '\n' ' ') -XX:-UsePerfData -Djava.library.path=/opt/sluice/native -DZstdNativePath=/opt/sluice/native/libzstd-jni.so"
RUN mkdir native && cd native \
    && jar -xf "$(ls ../lib/netty-transport-native-epoll-*-linux-"$(uname -m | sed 's/aarch64/aarch_64/')".jar)" META-INF/native \
    && jar -xf "$(ls ../lib/netty-tcnative-boringssl-static-*-linux-"$(uname -m | sed 's/aarch64/aarch_64/')".jar)" META-INF/native \
    && jar -xf "$(ls ../lib/native-linux-"$(uname -m)"-*.jar)" lib \
    && jar -xf "$(ls ../lib/zstd-jni-*-linux_"$(uname -m | sed 's/x86_64/amd64/')".jar)" linux \
    && mv META-INF/native/*.so lib/*/libbrotli.so . && mv linux/*/libzstd-jni-*.so libzstd-jni.so && rm -r META-INF lib linux
# The start-up cache knows the jars by their time: one that no builder or registry has a reason to change.
RUN find /opt/sluice -exec touch -h -d 2026-01-01T00:00:00Z {} +

# What the image holds, without the start-up cache.
FROM ${BASE_IMAGE} AS base
COPY --from=runtime /opt/sluice /opt/sluice

# The start-up cache is made where it will be used: same Java, same jars, same paths.
FROM base AS trained
RUN ["/opt/sluice/java/bin/java", "-XX:AOTCacheOutput=/opt/sluice/sluice.aot", "-XX:-AOTRecordTraining", "-jar", "/opt/sluice/sluice.jar", "train"]

FROM base
COPY --from=trained /opt/sluice/sluice.aot /opt/sluice/sluice.aot
# Counts where neither -c nor SLUICE_ENDPOINTS is given.
ENV SLUICE_CONFIG=/etc/sluice/sluice.yaml
# A number, so that Kubernetes' runAsNonRoot can see that it is not root.
USER 10001:10001
EXPOSE 8080 9901
# It drains, for up to 25 s by default: docker stop -t 30.
STOPSIGNAL SIGTERM
# Whether it lives, not whether it is ready: one that drains must not be taken for a broken one.
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s --start-interval=1s --retries=3 \
    CMD ["/opt/sluice/java/bin/java", "-XX:AOTCache=/opt/sluice/sluice.aot", "-XX:TieredStopAtLevel=1", "-Xmx24m", "-jar", "/opt/sluice/sluice.jar", "health", "--live"]
ENTRYPOINT ["/opt/sluice/java/bin/java", "-XX:AOTCache=/opt/sluice/sluice.aot", "-jar", "/opt/sluice/sluice.jar"]
CMD ["run"]
