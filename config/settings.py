"""Django settings. Every value that differs from one machine to the next comes from `config.env`."""

from pathlib import Path
from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.admin.theme import UNFOLD as UNFOLD
from config import env as environment
from config.broker import FILE_SYSTEM, transport_options
from config.logs import LOGGING as LOGGING
from config.mail import mail_server, no_reply_at
from config.postgres import Server
from config.storage import storage_settings

ENV = environment.read()
BASE_DIR = environment.PROJECT

# Never: what Django shows of an error then is no business of whoever meets it. Trial mode is what eases trying out.
DEBUG = False
# Trial mode: demo data, secrets made on the spot, plain HTTP. HTTPS is demanded by the surfaces themselves, in their
# own error shape (where-they-meet.md, "Who speaks").
TRIAL = ENV.debug
HTTPS_ONLY = not TRIAL
SECRET_KEY = ENV.secret_key
ALLOWED_HOSTS = list(ENV.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(ENV.csrf_trusted_origins)
TRUSTED_PROXIES = ENV.trusted_proxies
BASE_URL = ENV.base_url
JWT_KEYS = ENV.jwt_keys
DATA_KEYS = ENV.data_keys

INSTALLED_APPS = [
    "crm.kernel",
    "crm.organisations",
    "crm.files",
    "crm.messaging",
    "crm.imports",
    "crm.approvals",
    "crm.contacts",
    "crm.insights",
    "crm.campaigns",
    "crm.leads",
    "crm.nurturing",
    "crm.orders",
    "crm.feedback",
    "crm.reports",
    "crm.web",
    "loyalty.members",
    "loyalty.tiers",
    "backoffice.admin.apps.BackOfficeConfig",
    "backoffice.demo",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "backoffice.admin.apps.DjangoAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "crm.web.middleware.CallerAddress",
    "crm.web.middleware.RequestLog",
    "crm.web.middleware.SurfaceErrors",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.web.pages_only.Sessions",
    "django.middleware.common.CommonMiddleware",
    "crm.web.pages_only.Forms",
    "crm.web.pages_only.SignedIn",
    "crm.web.pages_only.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
APPEND_SLASH = False
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# A request may wait for a lock two seconds and run ten; jobs and commands may run ten minutes (reliability L4).
_STATEMENT_TIMEOUT = {"web": "10s", "worker": "10min"}.get(ENV.process, "0")
_IDLE_TIMEOUT = {"web": "15s"}.get(ENV.process, "10min")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **(ENV.database or Server(ENV.data_dir).settings()),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            **(ENV.database or {}).get("OPTIONS", {}),
            "connect_timeout": 5,
            # Of a server that has gone without a word: no statement waits for the network longer than half a minute.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 4,
            "tcp_user_timeout": 30_000,
            # Statements are prepared at their fifth use: planning one takes longer than running it.
            "server_side_binding": True,
            "prepare_threshold": 5,
            "options": f"-c lock_timeout=2s -c statement_timeout={_STATEMENT_TIMEOUT} "
            f"-c idle_in_transaction_session_timeout={_IDLE_TIMEOUT} "
            # PostgreSQL's default is that of turning disks, and makes it read whole tables where an index is better.
            "-c random_page_cost=1.1 "
            # A page of twenty rows is not worth starting workers for, and the web has other requests to serve.
            f"-c max_parallel_workers_per_gather={0 if ENV.process == 'web' else 2}",
        },
        "TEST": {"NAME": f"test_{(ENV.database or {}).get('NAME', 'rapport')}"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.cache_url}
        if ENV.cache_url
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "rapport"}
    )
}

CACHES["counters"] = (
    {**CACHES["default"], "BACKEND": "crm.kernel.counters.RedisCounters"}
    if ENV.cache_url
    else {"BACKEND": "crm.kernel.counters.CounterCache"}
)
RATELIMIT_USE_CACHE = "counters"
# It knows two kinds of shared caches by name, and ours is neither.
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.W001"]

# Without EMAIL_URL every message is a file in the outbox, and so is every SMS.
OUTBOX = Path(ENV.data_dir) / "outbox"
SMS_INTO_OUTBOX = ENV.email_url is None
MAIL_SERVER = mail_server(ENV.email_url)
EMAIL_BACKEND = MAIL_SERVER.backend
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.starts_tls, MAIL_SERVER.speaks_tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = no_reply_at(BASE_URL)

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TRIAL

# Files have no address of their own: a signed link names one, and the product serves it (crm/files).
STORAGES: dict[str, Any] = {
    "default": storage_settings(ENV.media_url, Path(ENV.data_dir)),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILES_QUOTA = ENV.files_quota

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_NAME = f"rapport_session_{ENV.port}"
CSRF_COOKIE_NAME = f"rapport_csrf_{ENV.port}"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"

# Which claim says for whom a token is; the rest of simplejwt's settings is decided in crm/web/tokens.py.
SIMPLE_JWT: dict[str, Any] = {"TOKEN_TYPE_CLAIM": "typ"}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["crm.web.renderers.DialectRenderer"],
    "DEFAULT_PARSER_CLASSES": ["crm.web.parsers.ExactJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "crm.web.openapi.schema.DialectSchema",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Words under the same field name in several records of one document need a name each.
    "ENUM_NAME_OVERRIDES": {
        "CampaignStatusEnum": "backoffice.dev.campaigns.STATUSES",
        "ProductStatusEnum": "backoffice.dev.products.STATUSES",
        "OrderStatusEnum": "backoffice.dev.orders.STATUSES",
        "CampaignTypeEnum": "backoffice.dev.campaigns.TYPES",
        "LeadStatusEnum": "backoffice.dev.leads.STATUSES",
        "LeadSourceEnum": "backoffice.dev.leads.SOURCES",
        "LeadInteractionTypeEnum": "backoffice.dev.lead_interactions.TYPES",
        "CustomerInteractionTypeEnum": "backoffice.dev.customer_interactions.TYPES",
        "ImportStatusEnum": "backoffice.dev.imports.STATUSES",
        "CustomerStatusEnum": "backoffice.dev.customers.STATUSES",
        "CustomerTypeEnum": "backoffice.dev.customers.TYPES",
        "PaymentWordEnum": "selfservice.v1.payment_methods.WORDS",
        "PreferredForEnum": "selfservice.v1.preferences.TYPES",
        "FeedbackStatusEnum": "backoffice.dev.feedback_figures.STATUS_WORDS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "crm.web.openapi.examples.with_examples",
    ],
    "GET_LIB_DOC_EXCLUDES": "crm.web.openapi.schema.classes_without_a_word_to_callers",
}

# Reliability O5: JSON only, late acknowledgement, one message at a time, no result store for business state.
CELERY_BROKER_URL = ENV.broker_url or FILE_SYSTEM
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL, Path(ENV.data_dir) / "broker")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "rapport"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
DJANGO_CELERY_BEAT_TZ_AWARE = True
