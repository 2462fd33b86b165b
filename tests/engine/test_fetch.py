import base64
import http.server
import socket
import socketserver
import ssl
import subprocess
import threading
import time

import pytest

from tests.ports import held_port
from tryon_engine import errors, fetch
from tryon_engine.errors import ProtocolError

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 6000
PATIENCE_S = 90
PRIVATE = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "192.168.0.9"]


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers by path; remembers what it was asked."""

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        name = self.path.strip("/").partition("?")[0].replace("-", "_") or "photo"
        getattr(self, name, self.missing)()

    def send(self, status, content=b"", **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def photo(self):
        self.send(200, JPEG, Content_Type="text/html")

    def missing(self):
        self.send(404)

    def gone(self):
        self.send(410)

    def forbidden(self):
        self.send(403)

    def broken(self):
        self.send(500)

    def page(self):
        self.send(200, b"<html>" * 2000, Content_Type="image/jpeg")

    def tiny(self):
        self.send(200, JPEG[: 5 * 1024 - 1])

    def smallest(self):
        self.send(200, JPEG[: 5 * 1024])

    def huge_announced(self):
        self.send(200, JPEG, Content_Length=str(6 * 1024 * 1024))

    def endless(self):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(JPEG)
        except OSError:
            self.server.hung_up.set()

    def half(self):
        self.send(200, JPEG, Content_Length=str(len(JPEG) * 2))

    def drip(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(JPEG)))
        self.end_headers()
        self.drip_bytes(JPEG)

    def drip_headers(self):
        self.drip_bytes(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 5000)

    def drip_bytes(self, content):
        try:
            for byte in content:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            self.server.hung_up.set()

    def silent(self):
        self.rfile.read(1)  # there is nothing more: until the caller hangs up

    def redirect(self):
        self.send(302, Location="/photo")

    def loop(self):
        self.send(302, Location="/loop")

    def to_private(self):
        port = self.server.server_address[1]
        self.send(302, Location=f"http://localhost:{port}/photo")

    def to_file(self):
        self.send(302, Location="file:///etc/passwd")

    def to_nonsense(self):
        self.send(302, Location="http://[::1/photo")

    def to_gopher(self):
        self.send(302, Location="gopher://127.0.0.1:70/1")

    def to_data(self):
        self.send(302, Location="data:image/png;base64,AAAA")

    def log_message(self, *args):
        pass


class ImageHost(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False


def serve(wrap=lambda sock: sock):
    host = ImageHost(("127.0.0.1", 0), Answers)
    host.socket = wrap(host.socket)
    host.seen = []
    host.hung_up = threading.Event()
    threading.Thread(target=host.serve_forever, args=(0.02,), daemon=True).start()
    return host


@pytest.fixture(scope="module")
def image_host():
    host = serve()
    yield host
    host.shutdown()
    host.server_close()


@pytest.fixture
def base(image_host, settings):
    """The image host's origin, listed as one that the engine may use."""
    image_host.seen.clear()
    image_host.hung_up.clear()
    origin = f"http://127.0.0.1:{image_host.server_address[1]}"
    settings.TRYON_ENGINE_IMAGE_ORIGINS = [origin]
    return origin


@pytest.fixture
def short_patience(monkeypatch):
    monkeypatch.setattr(fetch, "READ_TIMEOUT_S", 0.2)
    monkeypatch.setattr(fetch, "TOTAL_TIMEOUT_S", 0.5)


def refused(error, url, limits=fetch.PHOTO):
    with pytest.raises(ProtocolError) as caught:
        fetch.fetch_image(url, limits)
    assert caught.value.code == error.code
    assert caught.value.message.startswith(error.message.partition("{")[0])
    return caught.value


def as_data_url(content, mime="image/jpeg"):
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


class TestDownload:
    def test_returns_the_bytes_whatever_the_content_type_says(self, base):
        assert fetch.fetch_image(f"{base}/photo") == JPEG

    def test_follows_redirects(self, base, image_host):
        assert fetch.fetch_image(f"{base}/redirect") == JPEG
        assert [path for path, _ in image_host.seen] == ["/redirect", "/photo"]

    def test_sends_query_host_and_a_name_of_its_own(self, base, image_host):
        fetch.fetch_image(f"{base}/photo?Expires=1&Signature=a%2Bb%3D#fragment")

        path, headers = image_host.seen[0]
        assert path == "/photo?Expires=1&Signature=a%2Bb%3D"
        assert headers["Host"] == base.removeprefix("http://")
        assert headers["User-Agent"].startswith("FittingRoomEngine")
        assert "Authorization" not in headers

    def test_encodes_what_the_caller_left_unencoded(self, base, image_host):
        refused(errors.MEDIA_NOT_FOUND, f"{base}/照片.jpg")

        assert image_host.seen[0][0] == "/%E7%85%A7%E7%89%87.jpg"

    def test_names_what_the_host_answered(self, base):
        refused(errors.MEDIA_NOT_FOUND, f"{base}/missing")
        refused(errors.MEDIA_NOT_FOUND, f"{base}/gone")
        refused(errors.MEDIA_FORBIDDEN, f"{base}/forbidden")
        refused(errors.DOWNLOAD_FAILED, f"{base}/broken")

    def test_judges_content_by_its_bytes(self, base):
        refused(errors.BAD_URL, f"{base}/page")

    def test_limits_are_inclusive(self, base):
        assert len(fetch.fetch_image(f"{base}/smallest")) == 5 * 1024
        refused(errors.BAD_IMAGE_SIZE, f"{base}/tiny")

    def test_coarse_images_may_be_small_or_large(self, base):
        assert fetch.fetch_image(f"{base}/tiny", fetch.COARSE)
        assert fetch.COARSE.most > 4096 * 4096 * 3

    def test_refuses_an_announced_size_without_reading(self, base):
        refused(errors.BAD_IMAGE_SIZE, f"{base}/huge-announced")

    def test_stops_reading_an_endless_body(self, base, image_host):
        refused(errors.BAD_IMAGE_SIZE, f"{base}/endless")

        assert image_host.hung_up.wait(PATIENCE_S)

    def test_a_body_shorter_than_announced_is_no_picture(self, base):
        refused(errors.DOWNLOAD_FAILED, f"{base}/half")

    def test_gives_up_on_a_silent_host(self, base, short_patience):
        error = refused(errors.DOWNLOAD_TIMEOUT, f"{base}/silent")

        assert base.removeprefix("http://") in error.message

    @pytest.mark.parametrize("path", ["drip", "drip-headers"])
    def test_gives_up_on_a_host_that_drips(
        self, base, image_host, short_patience, path
    ):
        refused(errors.DOWNLOAD_TIMEOUT, f"{base}/{path}")

        assert image_host.hung_up.wait(PATIENCE_S)  # before all of it had come

    def test_follows_three_redirects_at_most(self, base, image_host):
        refused(errors.BAD_URL, f"{base}/loop")

        assert len(image_host.seen) == fetch.MAX_REDIRECTS + 1

    def test_names_the_host_that_refused_but_not_the_address(self, settings):
        with held_port() as port:  # nobody listens there
            settings.TRYON_ENGINE_IMAGE_ORIGINS = [f"http://127.0.0.1:{port}"]
            error = refused(
                errors.CONNECTION_REFUSED, f"http://127.0.0.1:{port}/p?Signature=secret"
            )

        assert f"Connection to 127.0.0.1:{port} refused" in error.message
        assert "secret" not in str(error)


class TestPrivateNetworks:
    def test_loopback_is_refused_unless_listed(self, base, image_host, settings):
        settings.TRYON_ENGINE_IMAGE_ORIGINS = []

        error = refused(errors.BAD_URL, f"{base}/photo")

        assert "TRYON_ENGINE_IMAGE_ORIGINS" in error.reason
        assert image_host.seen == []

    def test_a_listed_origin_is_scheme_host_and_port(self, base, image_host):
        port = image_host.server_address[1]
        for other in (
            f"http://localhost:{port}",
            f"http://127.0.0.1:{port + 1 if port < 65535 else port - 1}",
            f"https://127.0.0.1:{port}",
        ):
            refused(errors.BAD_URL, f"{other}/photo")
        assert image_host.seen == []

    def test_other_spellings_of_an_address_are_seen_through(self, base, settings):
        settings.TRYON_ENGINE_IMAGE_ORIGINS = []
        port = base.rpartition(":")[2]
        for host in (
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "[::ffff:127.0.0.1]",
            "[::1]",
            "0.0.0.0",
            "127.0.0.1.",
            "①②⑦.0.0.1",
        ):
            refused(errors.BAD_URL, f"http://{host}:{port}/photo")

    def test_every_redirect_is_judged_anew(self, base, image_host):
        for path in ("to-private", "to-file", "to-data", "to-nonsense", "to-gopher"):
            image_host.seen.clear()
            refused(errors.BAD_URL, f"{base}/{path}")
            assert len(image_host.seen) == 1

    @pytest.mark.parametrize("address", PRIVATE)
    def test_a_name_that_points_inside_is_refused(self, monkeypatch, settings, address):
        settings.TRYON_ENGINE_IMAGE_ORIGINS = []
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", (address, 80))]
        )

        refused(errors.BAD_URL, "http://images.example/photo.jpg")

    def test_the_name_is_resolved_once(self, base, image_host, monkeypatch, settings):
        # A second answer would be another address: DNS rebinding.
        port = image_host.server_address[1]
        settings.TRYON_ENGINE_IMAGE_ORIGINS = [f"http://images.test:{port}"]
        asked = []
        resolve = socket.getaddrinfo

        def answer(host, *args, **kwargs):
            asked.append(host)
            return resolve("127.0.0.1", *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", answer)

        fetch.fetch_image(f"http://images.test:{port}/photo")

        assert [host for host in asked if host != "127.0.0.1"] == ["images.test"]
        assert image_host.seen[0][1]["Host"] == f"images.test:{port}"

    @pytest.mark.parametrize(
        "address",
        [
            *PRIVATE,
            "0.0.0.0",
            "100.64.0.1",
            "172.16.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "fc00::1",
            "fe80::1%eth0",
            "ff02::1",
            "2001:db8::1",
        ],
    )
    def test_addresses_that_are_not_public(self, address):
        assert not fetch.is_public(address)

    @pytest.mark.parametrize("address", ["8.8.8.8", "47.95.1.1", "2400:3200::1"])
    def test_addresses_that_are_public(self, address):
        assert fetch.is_public(address)


class TestUrls:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "photo.jpg",
            "/photo.jpg",
            "ftp://images.example/p.jpg",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "http://",
            "http:///photo",
            "http://user:secret@images.example/p.jpg",
            "http://@images.example/p.jpg",
            "http://images.example\\@127.0.0.1/p.jpg",
            "http://images.example/p\r\nHost: inside",
            "http://images.example/a b",
            "http://images.example:port/p",
            "http://images.example:99999/p",
            "http://[::1/p",
            "http://" + "a" * 70 + ".example/p",
        ],
    )
    def test_refuses_what_it_should_not_read(self, url):
        error = refused(errors.BAD_URL, url)

        assert "secret" not in str(error)

    def test_an_oss_address_is_none_to_download(self):
        refused(errors.BAD_URL, "oss://bucket/person.jpg")


class TestDataUrls:
    def test_returns_the_bytes(self):
        assert fetch.fetch_image(as_data_url(JPEG)) == JPEG
        assert fetch.fetch_image(as_data_url(JPEG).replace("data:", "DATA:")) == JPEG

    def test_accepts_line_breaks_and_percent_encoding(self):
        head, payload = as_data_url(JPEG + b"\xfb\xef").split(",")
        wrapped = "\r\n".join(payload[i : i + 76] for i in range(0, len(payload), 76))

        assert fetch.fetch_image(f"{head},{wrapped}") == JPEG + b"\xfb\xef"
        quoted = payload.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        assert fetch.fetch_image(f"{head},{quoted}") == JPEG + b"\xfb\xef"

    def test_refuses_what_is_no_base64(self):
        refused(errors.BAD_URL, "data:image/jpeg;base64")
        refused(errors.BAD_URL, "data:image/jpeg,hello")
        refused(errors.BAD_URL, "data:image/jpeg;base64,??!")
        refused(errors.BAD_URL, "data:image/jpeg;base64,AAAAA")

    def test_applies_the_same_limits(self):
        refused(errors.BAD_IMAGE_SIZE, as_data_url(JPEG[:100]))
        refused(errors.BAD_IMAGE_SIZE, as_data_url(JPEG), fetch.Limits(1, 5999))
        refused(errors.BAD_IMAGE_SIZE, as_data_url(JPEG * 2), fetch.Limits(1, 5999))


@pytest.mark.parametrize(
    ("start", "is_image"),
    [
        (b"\xff\xd8\xff\xe1", True),
        (b"\x89PNG\r\n\x1a\n", True),
        (b"BM\x36\x10", True),
        (b"RIFF\0\0\0\0WEBPVP8 ", True),
        (b"\0\0\0\x24ftypheic", True),
        (b"\0\0\0\x24ftypmif1", True),
        (b"\0\0\0\x24ftypisom", False),
        (b"RIFF\0\0\0\0AVI ", False),
        (b"GIF89a", False),
        (b"<svg xmlns", False),
        (b"%PDF-1.7", False),
        (b"", False),
    ],
)
def test_images_are_known_by_their_first_bytes(start, is_image):
    assert fetch.looks_like_image(start) is is_image


class TestTls:
    """The name of the URL, not the address, is what the certificate must prove."""

    @pytest.fixture
    def tls_host(self, tmp_path, monkeypatch):
        key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
        try:
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
                + ["-keyout", key, "-out", certificate, "-days", "1"]
                + ["-subj", "/CN=images.test"]
                + ["-addext", "subjectAltName=DNS:images.test"],
                check=True,
                capture_output=True,
            )
        except FileNotFoundError:
            pytest.skip("the openssl command is missing")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        names = []
        context.sni_callback = lambda sock, name, ctx: names.append(name)
        host = serve(lambda sock: context.wrap_socket(sock, server_side=True))
        host.names = names
        host.port = host.server_address[1]
        monkeypatch.setattr(fetch, "CA_BUNDLE", str(certificate))
        resolve = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *args, **kwargs: resolve("127.0.0.1", *args, **kwargs),
        )
        yield host
        host.shutdown()
        host.server_close()

    def test_keeps_the_name_for_sni_and_certificate(self, tls_host, settings):
        origin = f"https://images.test:{tls_host.port}"
        settings.TRYON_ENGINE_IMAGE_ORIGINS = [origin]

        assert fetch.fetch_image(f"{origin}/photo") == JPEG
        assert tls_host.names == ["images.test"]

    def test_refuses_a_certificate_of_another_name(self, tls_host, settings):
        origin = f"https://other.test:{tls_host.port}"
        settings.TRYON_ENGINE_IMAGE_ORIGINS = [origin]

        refused(errors.CONNECTION_REFUSED, f"{origin}/photo")
