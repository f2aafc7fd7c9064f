import source  # noqa: F401 isort: skip
import os
import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path

from annotations import NOW, annotation_line, request_value, write_request

from spot_checkpoint.request import MalformedRequest, RequestFile, parse_annotations, parse_request, parse_time


class ParseAnnotations(unittest.TestCase):
    def test_undoes_gos_quoting(self):
        cases = {
            rb'a="plain"': "plain",
            rb'a=""': "",
            rb'a="\"q\" \\ \n\t\r\a\b\f\v"': '"q" \\ \n\t\r\a\b\f\v',
            rb'a="\x00\x7f"': "\x00\x7f",
            rb'a="\u200b\U0001f600"': "\u200b\U0001f600",
            'a="größe"'.encode(): "größe",
            rb'a="\xff"': "\ufffd",
            rb'a="\\n"': "\\n",
            rb'a="x=y"': "x=y",
        }
        for line, value in cases.items():
            with self.subTest(line=line):
                self.assertEqual(parse_annotations(line), {"a": value})

    def test_skips_lines_that_are_no_annotation(self):
        self.assertEqual(parse_annotations(b'\nnonsense\nb="unterminated\nc="1"x\na="1"\n'), {"a": "1"})

    def test_reads_every_line(self):
        self.assertEqual(parse_annotations(b'a/b.c-d_e="1"\nf="2"'), {"a/b.c-d_e": "1", "f": "2"})


class ParseRequest(unittest.TestCase):
    def test_reads_all_fields(self):
        request = parse_request(annotation_line(request_value()).encode())
        self.assertEqual(request.id, "i-0abc/spot-interruption")
        self.assertEqual(request.reason, "SpotInterruption")
        self.assertEqual(request.deadline, datetime(2026, 1, 1, 0, 2, tzinfo=timezone.utc))
        self.assertTrue(request.on_doomed_node)

    def test_no_annotation_or_an_empty_one_is_no_request(self):
        for content in (b"", b'app="llm"', b'spot-responder/checkpoint-request=""'):
            with self.subTest(content=content):
                self.assertIsNone(parse_request(content))

    def test_rejects_what_is_no_request(self):
        values = [
            "not json",
            "[]",
            "null",
            "7",
            "{}",
            request_value(identifier=""),
            request_value(identifier=7),
            request_value(identifier="x" * 257),
            request_value(identifier="é" * 129),
            request_value(identifier="line\nbreak"),
            request_value(identifier="\ud800"),
            request_value(deadline="tomorrow"),
            request_value(deadline=None),
            request_value(reason=None),
            request_value(onDoomedNode="yes"),
            "[" * 100_000,
        ]
        for value in values:
            with self.subTest(value=value[:80]), self.assertRaises(MalformedRequest):
                parse_request(annotation_line(value).encode())


class ParseTime(unittest.TestCase):
    def test_reads_rfc_3339(self):
        expected = datetime(2026, 1, 1, 0, 2, tzinfo=timezone.utc)
        for text in (
            "2026-01-01T00:02:00Z",
            "2026-01-01t00:02:00z",
            "2026-01-01T02:02:00+02:00",
            "2025-12-31T18:32:00-05:30",
        ):
            with self.subTest(text=text):
                self.assertEqual(parse_time(text), expected)
        self.assertEqual(parse_time("2026-01-01T00:02:00.123456789Z"), expected.replace(microsecond=123456))

    def test_rejects_other_times(self):
        for text in ("", "2026-01-01", "2026-01-01T00:02:00", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:00"):
            with self.subTest(text=text), self.assertRaises(MalformedRequest):
                parse_time(text)


class ReadingTheFile(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.path = self.root / "annotations"
        self.file = RequestFile(self.path, lambda: NOW)

    def test_no_file_is_no_request(self):
        self.assertIsNone(self.file.read())

    def test_sees_the_kubelets_symlink_swap(self):
        for name in ("..v1", "..v2"):
            (self.root / name).mkdir()
        (self.root / "..v1" / "annotations").write_text('app="llm"')
        write_request(self.root / "..v2" / "annotations")
        (self.root / "..data").symlink_to("..v1")
        self.path.symlink_to("..data/annotations")
        self.assertIsNone(self.file.read())
        (self.root / "..data_tmp").symlink_to("..v2")
        os.replace(self.root / "..data_tmp", self.root / "..data")
        self.assertEqual(self.file.read().id, "i-0abc/spot-interruption")

    def test_ignores_a_request_at_or_past_its_deadline(self):
        for deadline in ("2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"):
            with self.subTest(deadline=deadline):
                write_request(self.path, deadline=deadline)
                self.assertIsNone(self.file.read())

    def test_a_malformed_request_is_logged_once_and_is_no_request(self):
        self.path.write_text(annotation_line("{"))
        with self.assertLogs("spot_checkpoint", "WARNING") as logs:
            for _ in range(3):
                self.assertIsNone(self.file.read())
        self.assertEqual(len(logs.records), 1)

    def test_a_path_that_cannot_be_read_is_logged_and_is_no_request(self):
        self.path.mkdir()
        with self.assertLogs("spot_checkpoint", "WARNING"):
            self.assertIsNone(self.file.read())


if __name__ == "__main__":
    unittest.main()
