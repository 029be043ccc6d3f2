"""The settings of the tests: the portal's own, with data in a temporary folder, and nothing that only slows tests."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["PORTAL_MODE"] = "test"
# One folder for each process, so that parallel runs share nothing.
_folder = tempfile.mkdtemp(prefix="portail-test-")
_owner = os.getpid()
os.environ["DATA_DIR"] = _folder


@atexit.register
def _remove_folder() -> None:
    """Remove the data of this process, and not from a fork of it."""
    if os.getpid() == _owner:
        shutil.rmtree(_folder, ignore_errors=True)


from portal.settings import *  # noqa: E402, F403 the environment comes first
from portal.settings import DATA_DIR, STORAGES  # noqa: E402

STATIC_ROOT = DATA_DIR / "static"
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
# Most tests sign people in directly; tests/test_second_factor.py turns it on.
SECOND_FACTOR = False
