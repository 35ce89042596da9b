"""The product's own settings; only the routes differ, by one."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.product.urls"
