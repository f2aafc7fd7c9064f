import source  # noqa: F401 isort: skip
import http.server
import json
import tempfile
import threading
import unittest
from pathlib import Path

from spot_checkpoint.ack import Ack, AckRefused, AckSender, MarkerAck
from spot_checkpoint.pod import AnnotationAck, own_pod

COMPLETE = Ack("i-0abc/spot-interruption", "Complete", 1200, "s3://bucket/save-1")


class ApiServer:
    """Answers each request with the next status, the last one for good, and keeps what was asked."""

    def __init__(self, test, *statuses):
        self.requests, remaining = [], list(statuses)
        requests = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PATCH(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((self.path, dict(self.headers), json.loads(body)))
                status = remaining.pop(0) if len(remaining) > 1 else remaining[0]
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"


class Directory(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        (self.root / "token").write_text("first\n")
        (self.root / "namespace").write_text("team-a")


class ByAnnotation(Directory):
    def pod(self, server, **options):
        return AnnotationAck(server.url, "team-a", "train-0", self.root, **options)

    def test_patches_one_annotation_of_the_own_pod(self):
        server = ApiServer(self, 200)
        self.pod(server, uid="u-1").acknowledge(COMPLETE)
        path, headers, body = server.requests[0]
        self.assertEqual(path, "/api/v1/namespaces/team-a/pods/train-0/status")
        self.assertEqual(headers["Content-Type"], "application/merge-patch+json")
        self.assertEqual(headers["Authorization"], "Bearer first")
        self.assertEqual(body["metadata"]["uid"], "u-1")
        self.assertEqual(
            json.loads(body["metadata"]["annotations"]["spot-responder/checkpoint-ack"]),
            {"id": "i-0abc/spot-interruption", "state": "Complete", "step": 1200, "uri": "s3://bucket/save-1"},
        )

    def test_leaves_out_what_is_not_known_yet(self):
        server = ApiServer(self, 200)
        self.pod(server).acknowledge(Ack("a", "Started"))
        body = server.requests[0][2]["metadata"]
        self.assertEqual(body, {"annotations": {"spot-responder/checkpoint-ack": '{"id": "a", "state": "Started"}'}})

    def test_reads_the_token_anew_each_time(self):
        server = ApiServer(self, 200)
        pod = self.pod(server)
        pod.acknowledge(COMPLETE)
        (self.root / "token").write_text("second")
        pod.acknowledge(COMPLETE)
        self.assertEqual(
            [headers["Authorization"] for _, headers, _ in server.requests], ["Bearer first", "Bearer second"]
        )

    def test_a_missing_permission_names_the_rule(self):
        with self.assertRaisesRegex(AckRefused, "team-a with verb patch on resource pods/status"):
            self.pod(ApiServer(self, 403)).acknowledge(COMPLETE)

    def test_tells_what_may_pass_from_what_will_not(self):
        for status, kind in {
            404: AckRefused,
            409: AckRefused,
            422: AckRefused,
            307: AckRefused,
            401: OSError,
            429: OSError,
            500: OSError,
        }.items():
            with self.subTest(status=status), self.assertRaises(kind):
                self.pod(ApiServer(self, status)).acknowledge(COMPLETE)

    def test_ignores_proxy_settings(self):
        import os
        import unittest.mock

        server = ApiServer(self, 200)
        with unittest.mock.patch.dict(
            os.environ, {"http_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
        ):
            self.pod(server).acknowledge(COMPLETE)
        self.assertEqual(len(server.requests), 1)

    def test_finds_the_own_pod_from_the_environment(self):
        environment = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443", "POD_NAME": "train-0"}
        pod = own_pod(environment, self.root)
        self.assertEqual(pod._url, "https://[fd00::1]:6443/api/v1/namespaces/team-a/pods/train-0/status")

    def test_there_is_no_pod_outside_a_cluster(self):
        self.assertIsNone(own_pod({}, self.root))
        self.assertIsNone(own_pod({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, self.root / "absent"))

    def test_does_not_trust_a_server_without_the_clusters_certificate(self):
        (self.root / "ca.crt").write_text("no certificate")
        pod = AnnotationAck("https://127.0.0.1:9", "team-a", "train-0", self.root)
        with self.assertRaises(OSError):
            pod.acknowledge(COMPLETE)


class ByMarker(Directory):
    def test_writes_a_local_marker_named_by_the_request(self):
        MarkerAck(str(self.root / "markers")).acknowledge(COMPLETE)
        marker = self.root / "markers" / "_COMPLETE" / "i-0abc" / "spot-interruption"
        self.assertEqual(json.loads(marker.read_text())["step"], 1200)

    def test_hands_an_object_to_the_callers_store(self):
        objects = {}
        MarkerAck("s3://bucket/run-1/", objects.__setitem__).acknowledge(COMPLETE)
        self.assertEqual(list(objects), ["s3://bucket/run-1/_COMPLETE/i-0abc/spot-interruption"])

    def test_marks_only_what_is_complete(self):
        objects = {}
        for state in ("Started", "Failed"):
            MarkerAck("p", objects.__setitem__).acknowledge(Ack("a", state))
        self.assertEqual(objects, {})

    def test_refuses_an_id_that_leaves_the_prefix(self):
        for identifier in ("../x", "a/../b", "/etc", "a//b", "."):
            with self.subTest(identifier=identifier), self.assertRaises(AckRefused):
                MarkerAck(str(self.root)).acknowledge(Ack(identifier, "Complete"))


class Sending(unittest.TestCase):
    def send(self, acknowledge, *acks, retry_seconds=(0, 0)):
        class Spy:
            pass

        Spy.acknowledge = staticmethod(acknowledge)
        sender = AckSender(Spy(), retry_seconds)
        for ack in acks:
            sender.send(ack)
        sender.close()

    def test_delivers_in_order(self):
        seen = []
        self.send(lambda ack: seen.append(ack.state), Ack("a", "Started"), Ack("a", "Complete"))
        self.assertEqual(seen, ["Started", "Complete"])

    def test_tries_again_what_may_pass(self):
        seen = []

        def acknowledge(ack):
            seen.append(ack.state)
            if len(seen) < 3:
                raise OSError("reset")

        self.send(acknowledge, Ack("a", "Complete"))
        self.assertEqual(len(seen), 3)

    def test_gives_up_at_once_on_what_was_refused(self):
        seen = []

        def acknowledge(ack):
            seen.append(ack.state)
            raise AckRefused("no")

        with self.assertLogs("spot_checkpoint", "ERROR"):
            self.send(acknowledge, Ack("a", "Complete"))
        self.assertEqual(len(seen), 1)

    def test_any_error_is_only_logged(self):
        def acknowledge(ack):
            raise ValueError("bug")

        with self.assertLogs("spot_checkpoint", "WARNING") as logs:
            self.send(acknowledge, Ack("a", "Complete"))
        self.assertEqual(len(logs.records), 3)

    def test_newer_news_overtakes_the_retries_of_older(self):
        seen, both_queued = [], threading.Event()

        def acknowledge(ack):
            both_queued.wait(10)
            seen.append(ack.state)
            if ack.state == "Started":
                raise OSError("reset")

        class Spy:
            pass

        Spy.acknowledge = staticmethod(acknowledge)
        sender = AckSender(Spy(), (60.0,))
        sender.send(Ack("a", "Started"))
        sender.send(Ack("a", "Complete"))
        both_queued.set()
        sender.close()
        self.assertEqual(seen, ["Started", "Complete"])

    def test_closing_waits_no_longer_than_it_is_told(self):
        released = threading.Event()
        self.addCleanup(released.set)

        class Stuck:
            def acknowledge(self, ack):
                released.wait(60)

        sender = AckSender(Stuck())
        sender.send(COMPLETE)
        with self.assertLogs("spot_checkpoint", "WARNING"):
            sender.close(timeout_seconds=0.05)


if __name__ == "__main__":
    unittest.main()
