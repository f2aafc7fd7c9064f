import source  # noqa: F401 isort: skip
import http.server
import json
import os
import tempfile
import threading
import unittest
import unittest.mock
from pathlib import Path

from spot_checkpoint.ack import Ack, AckRefused
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


class ByAnnotation(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        (self.root / "token").write_text("first\n")
        (self.root / "namespace").write_text("team-a")

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

    def test_finds_its_service_account_where_a_host_process_container_has_it(self):
        mounted = self.root / "sandbox" / "var/run/secrets/kubernetes.io/serviceaccount"
        mounted.mkdir(parents=True)
        for name in ("namespace", "token"):
            (mounted / name).write_text((self.root / name).read_text())
        environment = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "POD_NAME": "train-0"}
        sandbox = {"CONTAINER_SANDBOX_MOUNT_POINT": str(self.root / "sandbox")}
        self.assertIsNotNone(own_pod({**environment, **sandbox}))

    def test_there_is_no_pod_outside_a_cluster(self):
        self.assertIsNone(own_pod({}, self.root))
        self.assertIsNone(own_pod({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, self.root / "absent"))

    def test_does_not_trust_a_server_without_the_clusters_certificate(self):
        (self.root / "ca.crt").write_text("no certificate")
        pod = AnnotationAck("https://127.0.0.1:9", "team-a", "train-0", self.root)
        with self.assertRaises(OSError):
            pod.acknowledge(COMPLETE)


if __name__ == "__main__":
    unittest.main()
