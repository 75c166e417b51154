"""Everything Haike can be told from outside, by environment variables.

HAIKE_DATA           folder of database file, uploads and secret key (./data)
HAIKE_DATABASE_URL   postgres://user:password@host:port/name; without it SQLite in HAIKE_DATA/haike.db
HAIKE_DATABASE_POOL  connections a process keeps to PostgreSQL at most, 0: no pool (8)
HAIKE_HOSTED         1: many companies, a PostgreSQL schema each (needs HAIKE_DATABASE_URL)
HAIKE_SECRET_KEY     key for signatures; without it one is made on first start, HAIKE_DATA/secret-key
HAIKE_HOSTS          host names Haike answers to, by commas (localhost,127.0.0.1,[::1])
HAIKE_HTTPS          1: behind HTTPS: secure cookies, redirect, HSTS, trusts X-Forwarded-Proto
HAIKE_EMAIL_URL      smtp://user:password@host:port, smtps://… or smtp+tls://…; without it mails go to HAIKE_DATA/mail
HAIKE_EMAIL_FROM     sender of mails (haike@localhost)
HAIKE_CLAMAV         virus scanner for uploads: tcp://host:3310 or unix:///run/clamav/clamd.ctl
HAIKE_WEBHOOK_INSIDE networks inside that webhooks may reach, by commas, such as 10.1.0.0/16,192.168.1.20 (none)
HAIKE_LOG            json or text (text on a terminal, else json)
HAIKE_LOG_LEVEL      DEBUG, INFO, WARNING or ERROR (INFO)
HAIKE_DEBUG          1: development: error pages with source, templates and static files read anew
HAIKE_LANG           zh or en: language of the command line (else by the locale)

Of the command `haike run` alone: HAIKE_BIND, HAIKE_PORT, HAIKE_WORKERS, HAIKE_THREADS, HAIKE_ACCESS_LOG;
HAIKE_SAMPLE_CUSTOMERS  customers that `--sample` makes (2000).
"""

import re
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

from haike.site import environment, logs, sqlite
from haike.site.rooms import ROOMS

DEBUG = environment.flag("HAIKE_DEBUG")
HAIKE_HOSTED = environment.flag("HAIKE_HOSTED")
HAIKE_HTTPS = environment.flag("HAIKE_HTTPS")
HAIKE_DATA = environment.data_folder()
HAIKE_DEPARTMENT_MODEL = "people.Department"
# How long rights, dictionaries and options may be remembered before a process asks whether they have changed.
HAIKE_CACHE_SECONDS = 1.0
# Names every company and opens its data, for jobs.
HAIKE_COMPANIES = "haike.company.doors" if HAIKE_HOSTED else ""

# Who reads /metrics; without it only this machine may.
HAIKE_METRICS_TOKEN = environment.text("HAIKE_METRICS_TOKEN")

# Webhooks go to the internet only, and to what stands here.
HAIKE_WEBHOOK_INSIDE = environment.networks("HAIKE_WEBHOOK_INSIDE")

SECRET_KEY = environment.secret_key(HAIKE_DATA)
ALLOWED_HOSTS = environment.names("HAIKE_HOSTS", "localhost,127.0.0.1,[::1]" + (",.localhost" if HAIKE_HOSTED else ""))
ROOT_URLCONF = "haike.site.urls"
WSGI_APPLICATION = "haike.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

COMPANY_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "captcha",
    *(f"haike.{room}" for room in ROOMS),
]
COMMON_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks",
    "template_partials",
    "csp",
]
INSTALLED_APPS = [*COMMON_APPS, *COMPANY_APPS]

MIDDLEWARE = [
    "haike.site.speed.measure.SpeedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "haike.site.compress.QuickGZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "haike.people.middleware.PeopleMiddleware",
    "haike.screens.module.ModuleMiddleware",
]

# Database

DATABASE_URL = environment.text("HAIKE_DATABASE_URL")
DATABASES: dict[str, dict[str, Any]]
if DATABASE_URL:
    pool = environment.number("HAIKE_DATABASE_POOL", 8)
    DATABASES = {"default": environment.postgresql(DATABASE_URL, hosted=HAIKE_HOSTED, pool=pool)}
else:
    sqlite.swap()
    DATABASES = {
        "default": {
            "ENGINE": "haike.site.turns",
            "NAME": HAIKE_DATA / "haike.db",
            # Connections stay open: opening one costs more than most queries.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # A transaction takes the write lock when it begins, so two writers wait instead of failing midway.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": ";".join(sqlite.PRAGMAS),
            },
            "TEST": {"NAME": HAIKE_DATA / "test.db"},
        }
    }

CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

if HAIKE_HOSTED:
    if not DATABASE_URL:
        raise ImproperlyConfigured("HAIKE_HOSTED=1 needs PostgreSQL: set HAIKE_DATABASE_URL.")
    ORIGINAL_BACKEND = "haike.site.postgresql"
    SHARED_APPS = ["django_tenants", "haike.site.hosted", "django.contrib.contenttypes", *COMMON_APPS]
    TENANT_APPS = COMPANY_APPS
    INSTALLED_APPS = ["django_tenants", "haike.site.hosted", *INSTALLED_APPS]
    TENANT_MODEL, TENANT_DOMAIN_MODEL = "hosted.Company", "hosted.Domain"
    DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
    MIDDLEWARE = ["django_tenants.middleware.main.TenantMainMiddleware", *MIDDLEWARE]
    DEFAULT_NOT_FOUND_TENANT_VIEW = "haike.site.hosted.stranger.answer"
    CACHES["default"]["KEY_FUNCTION"] = "django_tenants.cache.make_key"
    CACHES["default"]["REVERSE_KEY_FUNCTION"] = "django_tenants.cache.reverse_key"

# Jobs

TASKS = {"default": {"BACKEND": "haike.jobs.backend.LeaseBackend"}}

# Pages

loaders: list[Any] = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
if not DEBUG:
    loaders = [("django.template.loaders.cached.Loader", loaders)]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", loaders)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "haike.site.frame.frame",
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "haike.days",
            ],
        },
    }
]

STATIC_URL = "/static/"
STATIC_ROOT = HAIKE_DATA / "static"
MEDIA_ROOT = HAIKE_DATA / "media"
MEDIA_URL = "/media/"
WHOLE_FILES = "haike.site.hosted.storage.CompanyFiles" if HAIKE_HOSTED else "haike.files.storage.WholeFiles"
STORAGES = {
    "default": {"BACKEND": WHOLE_FILES},
    # Attachments; another storage, such as a bucket, takes its place here.
    "files": {"BACKEND": WHOLE_FILES},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
HAIKE_CLAMAV = environment.text("HAIKE_CLAMAV")
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
HASHED_NAME = re.compile(r"[.-]([0-9a-f]{12}|[A-Z0-9]{8})\.\w+(\.map)?$")


def WHITENOISE_IMMUTABLE_FILE_TEST(path: str, url: str) -> bool:  # noqa: N802 - a setting's name
    """Names with a hash, by the manifest or by the bundler, never change their content."""
    return HASHED_NAME.search(url) is not None


# Language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "haike_language"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# Who is who

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["haike.people.signin.backend.CachedUsers"]
LOGIN_URL = "/signin"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/signin"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Security

MESSAGE_STORAGE = "haike.screens.notices.Notices"
SESSION_ENGINE = "haike.people.signin.sessions"
SESSION_COOKIE_NAME = "haike_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "haike_csrf"
CSRF_FAILURE_VIEW = "haike.site.pages.stale_view"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

if HAIKE_HTTPS:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    CSRF_TRUSTED_ORIGINS = [
        f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS if host != "*"
    ]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # Only for style attributes (widths of bars, colours of tags); style sheets come from files.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

# Mail and logs

DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text("HAIKE_EMAIL_FROM", "haike@localhost")
HAIKE_MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
"""By which a company's own mail leaves; tests put another in its place."""
globals().update(environment.email(environment.text("HAIKE_EMAIL_URL"), Path(HAIKE_DATA)))
LOGGING = logs.configuration(environment.log_format(), environment.log_level())
