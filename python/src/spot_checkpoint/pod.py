"""Acknowledges by an annotation on the job's own pod, with the service account Kubernetes mounts."""

from __future__ import annotations

import json
import os
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

from .ack import Ack, AckRefused

ACK_ANNOTATION = "spot-responder/checkpoint-ack"
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class AnnotationAck:
    """Patches one annotation of one pod through `pods/status`.

    The status subresource keeps annotation changes and drops changes of the spec, so the service account needs only
    `patch` on `pods/status` and can swap no image. With `uid`, a recreated pod of the same name is left alone.
    """

    def __init__(
        self,
        server: str,
        namespace: str,
        pod: str,
        credentials: Path = SERVICE_ACCOUNT,
        uid: Optional[str] = None,
        timeout_seconds: float = 5.0,
    ) -> None:
        path = f"/api/v1/namespaces/{urllib.parse.quote(namespace)}/pods/{urllib.parse.quote(pod)}/status"
        self._url = server.rstrip("/") + path
        self._namespace = namespace
        self._credentials = credentials
        self._uid = uid
        self._timeout_seconds = timeout_seconds

    def acknowledge(self, ack: Ack) -> None:
        """Sends one merge patch. Raises AckRefused on 4xx but 429, OSError on what may pass."""
        metadata: dict[str, object] = {"annotations": {ACK_ANNOTATION: ack.encode()}}
        if self._uid:
            metadata["uid"] = self._uid
        request = urllib.request.Request(
            self._url,
            method="PATCH",
            data=json.dumps({"metadata": metadata}).encode(),
            headers={
                "Content-Type": "application/merge-patch+json",
                "Accept": "application/json",
                # Read each time: the kubelet renews the token.
                "Authorization": f"Bearer {(self._credentials / 'token').read_text().strip()}",
            },
        )
        try:
            with self._opener().open(request, timeout=self._timeout_seconds) as response:
                response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise self._explain(error) from None

    def _opener(self) -> urllib.request.OpenerDirector:
        # No proxy: the API server is inside the cluster, whatever HTTPS_PROXY says.
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if self._url.startswith("https:"):
            context = ssl.create_default_context(cafile=str(self._credentials / "ca.crt"))
            handlers.append(urllib.request.HTTPSHandler(context=context))
        return urllib.request.build_opener(*handlers)

    def _explain(self, error: urllib.error.HTTPError) -> Exception:
        body = error.read(500).decode("utf-8", "replace")
        if error.code == 403:
            rule = f"a Role in namespace {self._namespace} with verb patch on resource pods/status"
            return AckRefused(f"the pod's service account may not patch it; it needs {rule}. {body}")
        if 300 <= error.code < 500 and error.code not in (401, 408, 429):
            return AckRefused(f"HTTP {error.code}: {body}")
        return OSError(f"HTTP {error.code}: {body}")


def own_pod(
    environment: Mapping[str, str] = os.environ, credentials: Optional[Path] = None
) -> Optional[AnnotationAck]:
    """An acknowledger for the pod this process runs in, None outside a cluster or without a service account.

    The pod's name is POD_NAME, else the host name, which differs where `hostname` or `hostNetwork` is set. POD_UID,
    where given, guards against a recreated pod. In a HostProcess container mounts lie below
    CONTAINER_SANDBOX_MOUNT_POINT.
    """
    root = Path(environment.get("CONTAINER_SANDBOX_MOUNT_POINT", "/"))
    credentials = credentials or root / SERVICE_ACCOUNT.relative_to("/")
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT", "443")
    try:
        namespace = (credentials / "namespace").read_text().strip()
    except OSError:
        return None
    if not host or not (credentials / "token").exists():
        return None
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    pod = environment.get("POD_NAME") or socket.gethostname()
    return AnnotationAck(server, namespace, pod, credentials, environment.get("POD_UID"))
