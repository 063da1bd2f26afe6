"""Files: the three steps of an upload, and the bytes."""

import mimetypes
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.ids import secret_name
from sandbox.state import State

Json = dict[str, Any]


class FileRefused(Exception):
    """`code` is Slack's word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True)
class StoredFile:
    id: str
    name: str
    length: int
    user_id: str
    title: str = ""
    alt_text: str = ""
    content: bytes | None = None
    created: int = 0
    completed: bool = False

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


class Files:
    def __init__(self, state: State) -> None:
        self._state = state
        self._files: dict[str, StoredFile] = {}
        self._uploads: dict[str, str] = {}

    def find(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)

    def begin(self, *, name: str, length: int, user_id: str, alt_text: str) -> tuple[str, StoredFile]:
        """Step one: reserve a file; the name returned is where its bytes go."""
        stored = StoredFile(
            id=self._state.ids.next("F"),
            name=name,
            length=length,
            user_id=user_id,
            alt_text=alt_text,
            created=int(self._state.clock()),
        )
        self._files[stored.id] = stored
        upload = secret_name()
        self._uploads[upload] = stored.id
        return upload, stored

    def receive(self, upload: str, content: bytes) -> StoredFile:
        """Step two: the bytes, of the length that was announced."""
        stored = self._files.get(self._uploads.get(upload, ""))
        if stored is None:
            raise FileRefused("file_not_found")
        if len(content) != stored.length:
            raise FileRefused("length_mismatch")
        stored.content = content
        return stored

    def complete(self, file_id: str, title: str) -> StoredFile:
        """Step three: the file is there."""
        stored = self._files.get(file_id)
        if stored is None or stored.content is None:
            raise FileRefused("file_not_found")
        if stored.completed:
            raise FileRefused("file_already_completed")
        stored.title = title or stored.name
        stored.completed = True
        return stored

    def json(self, stored: StoredFile, base_url: str) -> Json:
        address = f"{base_url}/ui/files/{stored.id}/{quote(stored.name)}"
        suffix = stored.name.rpartition(".")[2].lower() if "." in stored.name else "binary"
        body: Json = {
            "id": stored.id,
            "created": stored.created,
            "timestamp": stored.created,
            "name": stored.name,
            "title": stored.title,
            "mimetype": stored.mimetype,
            "filetype": suffix,
            "pretty_type": suffix.upper(),
            "user": stored.user_id,
            "user_team": self._state.team.id,
            "editable": False,
            "size": len(stored.content or b""),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": True,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": address,
            "url_private_download": address,
            "permalink": address,
            "is_starred": False,
            "has_rich_preview": False,
            "file_access": "visible",
            "media_display_type": "unknown",
        }
        return body | ({"alt_txt": stored.alt_text} if stored.alt_text else {})
