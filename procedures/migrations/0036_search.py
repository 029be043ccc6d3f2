"""The words of requests have an index: a search costs what it finds, not what there is."""

from django.db import migrations

from procedures.models import search


def forwards(apps, schema_editor):
    search.create(schema_editor.connection)


def backwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {search.TABLE}")
        return
    for end in ("insert", "delete", "update"):
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{search.TABLE}_{end}"')
    schema_editor.execute(f"DROP TABLE IF EXISTS {search.TABLE}")


class Migration(migrations.Migration):
    dependencies = [("procedures", "0035_batch")]
    operations = [migrations.RunPython(forwards, backwards)]
