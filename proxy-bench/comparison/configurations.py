"""What the backend and the contenders are configured with, and which contenders there are."""

# Serves the files of the bench; also a contender where static files are compared.
FILE_SERVER = """\
daemon off;
worker_processes 1;
pid {folder}/{stem}.pid;
error_log {folder}/{stem}.log;
events {{ worker_connections {sockets}; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=64;
    default_type application/octet-stream;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
    {temp_paths}
    server {{
        listen {address}:{port} backlog=4096;
        root {folder}/files;
        {extra}
    }}
}}
"""
# A POST of a file is refused otherwise.
FILE_SERVER_POSTS = "error_page 405 =200 $uri;"

# Everything that isn't needed to keep connections to the backend open, or to let uploads through, is left as nginx has it.
NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/{stem}.pid;
error_log {folder}/{stem}.log;
events {{ worker_connections {sockets}; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_max_body_size 0;
    {temp_paths}
    upstream backend {{
        server 127.0.0.1:{backend};
        keepalive {pool};
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096 {listen};
        {certificate}
        location / {{
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            {extra}
        }}
    }}
}}
"""
# What its users do for large bodies: buffers as large as a read gets, and nothing by way of the disk.
NGINX_TUNED = ("proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0; "
               "proxy_request_buffering off; client_body_buffer_size 64k;")

HAPROXY = """\
global
    nbthread 1
    maxconn {connections}
    {tuning}
defaults
    mode {mode}
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    {options}
frontend clients
    bind 127.0.0.1:{port} backlog 4096 {bind}
    {bulk_rule}
    default_backend files
backend files
    {reuse}
    server file1 127.0.0.1:{backend}
{bulk_backend}
"""
HAPROXY_BULK_RULE = "use_backend bulk if { path_beg /bulk/ }"
HAPROXY_BULK = "backend bulk\n    http-reuse always\n    server file1 127.0.0.1:{bulk}"
# By itself it wants pipes, and so descriptors, for a quarter of all connections that there may be.
HAPROXY_PIPES = "tune.pipesize 1048576\n    maxpipes 500"
# By name: mode, options, and what the process is tuned with.
HAPROXY_KINDS = {
    "haproxy": ("http", "", ""),
    "haproxy-splice": ("http", "option splice-response\n    option splice-request", HAPROXY_PIPES),
    "haproxy-tcp": ("tcp", "", ""),
    # splice-auto copied as much as without it in a trial (CPU per byte 0.97 of it): the harder peer is the one that is told to.
    "haproxy-tcp-splice": ("tcp", "option splice-response\n    option splice-request", HAPROXY_PIPES),
}
NGINX_KINDS = {"nginx": "", "nginx-tuned": NGINX_TUNED}

SLUICE_PROCESS = """\
eventLoops: 1
accessLog: off
admin: {{ address: 127.0.0.1:{admin} }}
"""
SLUICE_PROXY = SLUICE_PROCESS + """\
listeners:
  - address: 127.0.0.1:{port}
{listener}
routes:
  - service: files
{bulk_route}
services:
  files: {{ endpoints: ["127.0.0.1:{backend}"]{service} }}
{bulk_service}
timeouts: {{ drain: {{ accepting: 0s, exchanges: 1s }}{timeouts} }}
{extra}
"""
SLUICE_TCP = SLUICE_PROCESS + """\
listeners:
  - {{ address: "127.0.0.1:{port}", protocol: tcp, service: files }}
services:
  files: {{ endpoints: ["127.0.0.1:{backend}"] }}
timeouts: {{ drain: {{ accepting: 0s, exchanges: 1s }} }}
{extra}
"""
SLUICE_FILES = SLUICE_PROCESS + """\
listeners:
  - address: 127.0.0.1:{port}
routes:
  - match: {{ path: / }}
    files: {{ root: "{folder}/files" }}
timeouts: {{ drain: {{ accepting: 0s, exchanges: 1s }} }}
"""
# Of what the backend says, which knows no types.
SLUICE_COMPRESSES = SLUICE_PROCESS + """\
listeners:
  - address: 127.0.0.1:{port}
routes:
  - service: files
    filters:
      - requestHeaders: {{ remove: [Accept-Encoding] }}
      - compress: {{ types: [application/octet-stream] }}
services:
  files: {{ endpoints: ["127.0.0.1:{backend}"] }}
timeouts: {{ drain: {{ accepting: 0s, exchanges: 1s }} }}
"""
NGINX_GZIP = ("gzip on; gzip_comp_level 4; gzip_min_length 1024; gzip_types application/octet-stream; gzip_proxied any; gzip_vary on; "
              "proxy_set_header Accept-Encoding '';")
SLUICE_BULK_ROUTE = "  - { match: { path: /bulk/ }, service: bulk }"
SLUICE_BULK = '  bulk: {{ endpoints: ["127.0.0.1:{bulk}"] }}'
SLUICE_COPIES = "zeroCopy: { enabled: false }"


class Front:
    """What a proxy speaks with its clients, and how each is told; all that isn't said is as the program comes.

    secure: over TLS, with the certificate in the bench's folder. idle: connections kept to the backend, None = as many as
    usual.
    """

    def __init__(self, secure=False, http2=False, idle=None):
        self.secure = secure
        self.http2 = http2
        # A connection's streams are a connection each to the backend.
        self.pool = idle or 512
        self.nginx_listen = " ".join(word for word, wanted in (("ssl", secure), ("http2", http2)) if wanted)
        self.nginx_certificate = "ssl_certificate {0}/cert.pem; ssl_certificate_key {0}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;"
        # HAProxy takes HTTP/2 with prior knowledge on any plain address.
        self.haproxy_bind = f"ssl crt {{0}}/both.pem alpn {'h2,' if http2 else ''}http/1.1" if secure else ""
        self.sluice_listener = "    tls: { certificates: [{ cert: {0}/cert.pem, key: {0}/key.pem }] }" if secure else ""
        self.sluice_service = f", pool: {{ idlePerEndpoint: {idle} }}" if idle else ""

    def filled(self, folder):
        """The places of this front in the templates."""
        def told(text):
            return text.replace("{0}", folder)
        return {"pool": self.pool, "listen": self.nginx_listen,
                "certificate": told(self.nginx_certificate) if self.secure else "", "bind": told(self.haproxy_bind),
                "listener": told(self.sluice_listener), "service": self.sluice_service}


PLAIN = Front()


def program(contender):
    """The program that has to be installed for a contender; None for Sluice and for none at all."""
    first = contender.partition("-")[0]
    return first if first in ("haproxy", "nginx") else None
