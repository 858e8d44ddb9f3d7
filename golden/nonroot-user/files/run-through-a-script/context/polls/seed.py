import sqlite3
from polls import settings

sqlite3.connect(settings.DATABASES["default"]["NAME"]).execute("CREATE TABLE polls (name TEXT)")
