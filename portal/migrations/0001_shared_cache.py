from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    # The name is written here: what a migration made does not follow the settings.
    call_command("createcachetable", "shared_cache", database=schema_editor.connection.alias, verbosity=0)


def remove(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name('shared_cache')}")


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunPython(create, remove)]
