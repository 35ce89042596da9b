"""The product's own settings, in trial mode, with data of their own under var/test and quick password hashes."""

import os

os.environ["DEBUG"] = "1"
os.environ.setdefault("DATA_DIR", os.path.join(os.path.dirname(os.path.dirname(__file__)), "var", "test"))
for _variable in ("SECRET_KEY", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "BASE_URL", "PORT", "ALLOWED_HOSTS"):
    os.environ.pop(_variable, None)

from config.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Whitenoise would walk all static files at every client's first request.
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]  # noqa: F405
