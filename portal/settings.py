"""Every setting, read from the environment; what is unsafe in production refuses to start (see guard.py)."""

from pathlib import Path

import django_stubs_ext
import environ
from django.utils.translation import gettext_lazy as _

from portal import guard

django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()

# Three ways to run: "production" (the default), "demo" (make demo) and "test".
MODE = env.str("PORTAL_MODE", default="production")
DEMO_MODE = MODE == "demo"
PRODUCTION = MODE == "production"
DEBUG = env.bool("DEBUG", default=False)

DEFAULT_SECRET = "insecure-development-secret-never-used-in-production"  # noqa: S105 refused below
SECRET_KEY = env.str("SECRET_KEY", default=DEFAULT_SECRET)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "testserver"])
# The address citizens know, used in mails and receipts, where no request is at hand.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "formtools",
    "django_q",
    "town",
    "journal",
    "accounts",
    "messaging",
    "procedures",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.kit.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.kit.policy.ContentPolicyMiddleware",
    "portal.kit.privacy.PrivatePagesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.identity.work_session.WorkSessionMiddleware",
    "accounts.identity.second_factor.SecondFactorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

_LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", _LOADERS)],
            "builtins": ["portal.kit.templatetags.kit", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.kit.context.page",
            ],
        },
    }
]

# --- Data -----------------------------------------------------------------------------------------------------------
# SQLite by default, tuned as measured: WAL, IMMEDIATE, one persistent connection per process.
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000; "
        "PRAGMA cache_size=-20000; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
    ),
}
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = None
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# What guards (tries counted) and what is only drawn again (parts of pages, at most 30 seconds old) are kept apart.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "template_fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "fragments"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files"), "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# One request: the largest field accepts 10 files of 10 MB; fields and parameters are bounded apart from them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 300
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=10 * 1024 * 1024)
# The largest definition that may be imported.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=5_000_000)
# How long the documents that serve for a decision only (identity, bank, income…) outlive it: past the two months given
# to contest it before the court (CJA R421-1).
DECIDED_FILES_DAYS = env.int("DECIDED_FILES_DAYS", default=75)
# Photos are kept no larger than reading them needs.
IMAGE_MAX_SIDE = env.int("IMAGE_MAX_SIDE", default=3000)
IMAGE_QUALITY = env.int("IMAGE_QUALITY", default=85)
FILE_SCANNER = env.str("FILE_SCANNER", default="procedures.lifecycle.scanning.NullScanner")
SAFE_MAX_PAPERS = env.int("SAFE_MAX_PAPERS", default=30)  # a person's own papers, kept for her later requests
SAFE_MAX_BYTES = env.int("SAFE_MAX_BYTES", default=100 * 1024 * 1024)
# Where clamd listens: a Unix socket, or tcp://host:port.
CLAMAV_SOCKET = env.str("CLAMAV_SOCKET", default="/run/clamav/clamd.ctl")
CLAMAV_TIMEOUT = env.float("CLAMAV_TIMEOUT", default=45.0)
# Files sent in pieces by the script of form pages, until they are whole: how much of them at once, and for how long.
PARTIAL_UPLOADS_MAX_BYTES = env.int("PARTIAL_UPLOADS_MAX_BYTES", default=2 * 1024**3)
PARTIAL_UPLOADS_HOURS = env.int("PARTIAL_UPLOADS_HOURS", default=24)

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TOWN_TIME_ZONE", default="Europe/Paris")

# --- Identity -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.identity.passwords.EntropyValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# A password alone opens no agent's desk: a passkey, a code from an application, or a recovery code, is asked too. Only
# the demonstration goes without, and says so.
SECOND_FACTOR = not DEMO_MODE
# How long someone who works for the town may stay idle before her pages lock, and be signed in at all, in seconds.
WORK_SESSIONS = {
    "agent": (env.int("AGENT_IDLE_MINUTES", default=60) * 60, env.int("AGENT_SESSION_HOURS", default=10) * 3600),
    "admin": (env.int("ADMIN_IDLE_MINUTES", default=30) * 60, env.int("ADMIN_SESSION_HOURS", default=8) * 3600),
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "accounts.identity.passkeys.AddForm",
    "edit_webauthn": "accounts.identity.passkeys.RenameForm",
    "login_webauthn": "accounts.identity.passkeys.SignInForm",
    "authenticate_webauthn": "accounts.identity.passkeys.SecondFactorForm",
    "reauthenticate_webauthn": "accounts.identity.passkeys.ConfirmForm",
}
MFA_TOTP_TOLERANCE = 1
MFA_ADAPTER = "accounts.identity.adapter.MfaAdapter"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_ADAPTER = "accounts.identity.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.identity.adapter.SocialAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_REDIRECT_URL = "/mes-demandes/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "account_login"

# Each service works once its address and our name there are given; "acr" is the lowest level of assurance accepted.
IDENTITY_SERVICES = {
    key: {
        "issuer": env.str(f"{prefix}_ISSUER").rstrip("/"),
        "client_id": env.str(f"{prefix}_CLIENT_ID", default=""),
        "secret": env.str(f"{prefix}_CLIENT_SECRET", default=""),
        "acr": env.str(f"{prefix}_ACR", default="eidas1"),
        "algorithms": tuple(env.list(f"{prefix}_ALGORITHMS", default=["ES256", "RS256"])),
        "timeout": env.float(f"{prefix}_TIMEOUT", default=5.0),
    }
    for key, prefix in (("franceconnect", "FRANCECONNECT"), ("proconnect", "PROCONNECT"))
    if env.str(f"{prefix}_ISSUER", default="")
}
# Demo mode signs in with invented people at a double of both services, in the portal itself.
DOUBLE_PREFIX = "demo/identite"
if DEMO_MODE:
    IDENTITY_SERVICES = {
        key: {
            "issuer": f"{PUBLIC_URL}/{DOUBLE_PREFIX}/{key}",
            "client_id": "portail",
            "secret": "demo",
            "acr": "eidas1",
        }
        for key in ("franceconnect", "proconnect")
    }

# --- Mail and tasks -------------------------------------------------------------------------------------------------
# Every mail becomes a Delivery row first; the worker hands it to this transport.
EMAIL_BACKEND = "messaging.backend.DeliveryBackend"
MAIL_TRANSPORT = env.str(
    "MAIL_TRANSPORT",
    default="django.core.mail.backends.smtp.EmailBackend"
    if PRODUCTION
    else "django.core.mail.backends.dummy.EmailBackend",
)
if "EMAIL_URL" in env:
    _mail = env.email_url("EMAIL_URL")
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"]
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ne-pas-repondre@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

Q_CLUSTER = {
    "name": "prompt",
    "orm": "default",
    "workers": env.int("WORKERS", default=1),
    "timeout": 60,
    "retry": 90,
    "max_attempts": 5,
    "ack_failures": False,
    "poll": 0.5,
    "catch_up": False,
    "save_limit": 250,
    "bulk": 1,
    "label": "Tasks",
}
# What is owed is swept by these every minute (dotted path of a function without arguments).
SWEEPS = ["messaging.tasks.sweep", "procedures.tasks.sweep", "journal.tasks.sweep", "accounts.tasks.sweep"]

# --- Outside services -----------------------------------------------------------------------------------------------
# Empty: nothing typed leaves the portal. Else the root of an address service of the shape of the national address base.
ADDRESS_SERVICE_URL = env.str("ADDRESS_SERVICE_URL", default="")

# --- Browser side ---------------------------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
INSECURE_COOKIES = env.bool("INSECURE_COOKIES", default=not PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not INSECURE_COOKIES
SESSION_ENGINE = "portal.kit.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
# One reverse proxy in front, which sets X-Forwarded-Proto and adds to X-Forwarded-For.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"nir": {"()": "portal.kit.logs.MaskNir"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["nir"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}

SILENCED_SYSTEM_CHECKS: list[str] = []

guard.check(globals(), demo_asked=env.bool("DEMO_MODE", default=False))
