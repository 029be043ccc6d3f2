"""The workers: `manage.py work`, or `Q_CLUSTER_NAME=bulk manage.py work` for what takes minutes."""

import gc
import os
from typing import Any

from django.db import connections
from django.urls import get_resolver
from django_q.management.commands import qcluster

from procedures.documents import issuing


class Command(qcluster.Command):  # type: ignore[misc]
    help = "Start the workers, warmed: what drawing and sealing take is loaded once and shared between them."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what the workers share, then start them."""
        if os.environ.get("Q_CLUSTER_NAME", "prompt") == "prompt":
            # Mails and documents name addresses of the portal.
            _ = get_resolver().url_patterns
            issuing.warm()
            # No connection crosses a fork.
            connections.close_all()
        # What is frozen is not looked through, and so not copied, by each worker's collector.
        gc.collect()
        gc.freeze()
        super().handle(*args, **options)
