"""Azurite, Microsoft's emulator of Blob storage, for tests: an npm package."""

import base64
import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ACCOUNT = "teststorage"


def find() -> str | None:
    """The program, from the PATH or from where `npm install --prefix .azurite azurite` puts it."""
    return shutil.which("azurite-blob") or shutil.which(
        "azurite-blob", path=str(ROOT / ".azurite/node_modules/.bin")
    )


class Azurite:
    """A running emulator; `connection` holds its key, which no log, file or command may show."""

    def __init__(self, program: str, folder: Path) -> None:
        self.key = base64.b64encode(secrets.token_bytes(48)).decode()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.connection = (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={self.key};"
            f"BlobEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
        )
        self.log = (folder / "azurite.log").open("wb")
        self.process = subprocess.Popen(
            [
                *(program, "--silent", "--skipApiVersionCheck", "--disableTelemetry"),
                *("--location", str(folder), "--blobHost", "127.0.0.1", "--blobPort", str(port)),
            ],
            env=os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{self.key}"},
            stdout=self.log,
            stderr=self.log,
        )
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"azurite did not start; see {folder}/azurite.log")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()
