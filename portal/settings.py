"""Every setting, read from the environment; what is unsafe in production refuses to start (see guard.py)."""

from pathlib import Path

import django_stubs_ext
import environ
from django.utils.translation import gettext_lazy as _

from portal import guard, outside

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
    "portal.apps.TechnicalAdminConfig",
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
    "exchange",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.kit.methods.KnownMethodsMiddleware",
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
# What guards (tries counted, codes already used) is shared by all processes: in the database, or in Redis where its
# address is given (the Python package "redis" is then needed). What is only computed again stays in each process.
CACHES = {
    "default": env.cache_url("CACHE_URL")
    if "CACHE_URL" in env
    else {"BACKEND": "portal.kit.shared.SharedCache", "LOCATION": "shared_cache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "local"},
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
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=5_000_000)  # of a definition
# How long the documents that serve for a decision only (identity, bank, income…) outlive it: past the two months given
# to contest it before the court (CJA R421-1).
# How long agents have to confirm what silence has produced before heads are told.
SILENCE_UNCONFIRMED_DAYS = env.int("SILENCE_UNCONFIRMED_DAYS", default=3)
DECIDED_FILES_DAYS = env.int("DECIDED_FILES_DAYS", default=75)
# Who receives transfers for the archives, under which agreement and which rule of access; and the schema of SEDA 2.3, where
# the town supplies it, that a manifest is checked against before it leaves.
SEDA_ARCHIVAL_AGENCY = env.str("SEDA_ARCHIVAL_AGENCY", default="")
SEDA_AGREEMENT = env.str("SEDA_AGREEMENT", default="")
SEDA_ACCESS_RULE = env.str("SEDA_ACCESS_RULE", default="")
SEDA_XSD = env.str("SEDA_XSD", default="")
# Photos are kept no larger than reading them needs.
IMAGE_MAX_SIDE = env.int("IMAGE_MAX_SIDE", default=3000)
IMAGE_QUALITY = env.int("IMAGE_QUALITY", default=85)
# What an agent takes out of the desk: how long the file stays, and how much the receipts and files in a ZIP may weigh.
EXPORT_HOURS = env.int("EXPORT_HOURS", default=32)
EXPORT_MAX_BYTES = env.int("EXPORT_MAX_BYTES", default=2 * 1024**3)
# The ids of persons in exports come from it: set one of its own before SECRET_KEY changes, or earlier ids match no more.
PERSON_ID_KEY = env.str("PERSON_ID_KEY", default=SECRET_KEY)
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
AUTHENTICATION_BACKENDS = ["accounts.backend.LoginBackend"]
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
ACCOUNT_FORMS = {
    "signup": "accounts.identity.forms.SignUpForm",
    "add_email": "accounts.identity.forms.AddForm",
    "confirm_email_verification_code": "accounts.identity.forms.AddressCodeForm",
    "request_login_code": "accounts.identity.forms.SignInCodeForm",
    "reset_password": "accounts.identity.forms.PasswordCodeForm",
}
# Ten codes an hour for one address, each tried three times at most, whoever asks and from wherever: guessing one of the
# 25 thousand million takes longer than anybody lives. It also bounds what may be sent to someone who asked for nothing.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "reset_password": "20/m/ip,5/m/key,10/h/key",
    "confirm_email": "1/10s/key,10/h/key",
    "login": None,  # counted by accounts/identity/tries.py
}
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

# Each service works once its address and our name there are given.
DOUBLE_PREFIX = outside.DOUBLE_PREFIX
IDENTITY_SERVICES = outside.identity_services(env, public_url=PUBLIC_URL, demo=DEMO_MODE)

# --- Mail and tasks -------------------------------------------------------------------------------------------------
# Every mail becomes a Delivery row first; the worker hands it to this transport.
EMAIL_BACKEND = "messaging.backend.DeliveryBackend"
_transport = "smtp" if PRODUCTION else "dummy"
MAIL_TRANSPORT = env.str("MAIL_TRANSPORT", default=f"django.core.mail.backends.{_transport}.EmailBackend")
if "EMAIL_URL" in env:
    _mail = env.email_url("EMAIL_URL")
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
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
    # What takes minutes has workers of its own: Q_CLUSTER_NAME=bulk manage.py work (manage.py serve runs both).
    "ALT_CLUSTERS": {"bulk": {"workers": 1, "timeout": 4 * 3600, "retry": 4 * 3600 + 60, "save_limit": 50}},
}
# What is owed is swept by these every minute (dotted path of a function without arguments).
SWEEPS = [
    "messaging.tasks.sweep",
    "procedures.tasks.sweep",
    "procedures.tasks.watch_legal_dates",
    "procedures.tasks.watch_readings",
    "procedures.tasks.tend_archives",
    "procedures.tasks.watch_month",
    "procedures.tasks.watch_rules",
    "journal.tasks.sweep",
    "accounts.tasks.sweep",
    "exchange.tasks.sweep",
    "portal.kit.shared.sweep",
]
# The most requests that a login opens in a day before auditors are told: in all, of one person, at night, of others.
UNUSUAL_READING = {
    "many": env.int("UNUSUAL_READING_MANY", default=80),
    "person": env.int("UNUSUAL_READING_PERSON", default=5),
    "night": env.int("UNUSUAL_READING_NIGHT", default=10),
    "outside": env.int("UNUSUAL_READING_OUTSIDE", default=10),
}

# Beyond these, sendings of one place, or messages about one request, are slowed down (L112-11).
SENDINGS_AN_HOUR = env.int("SENDINGS_AN_HOUR", default=60)
MESSAGES_AN_HOUR = env.int("MESSAGES_AN_HOUR", default=20)
API_CALLS_A_MINUTE = env.int("API_CALLS_A_MINUTE", default=600)  # of one program
WEBHOOKS_PLAIN = False  # only tests, on loopback, are told over http or inside a private network

# --- Outside services -----------------------------------------------------------------------------------------------
# Empty: nothing typed leaves the portal. Else the root of an address service of the shape of the national address base.
ADDRESS_SERVICE_URL = env.str("ADDRESS_SERVICE_URL", default="")
# The key that seals documents (PAdES); without one, and where none is required, they leave unsealed.
SEAL = outside.seal(env, folder=DATA_DIR, demo=DEMO_MODE)

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

guard.check(globals(), demo_asked=env.bool("DEMO_MODE", default=False))
