"""Another program at the databases: does one random action after the other, and prints each with its outcome.

Arguments: a seed, and the database files. Python's sqlite3 deletes the write-ahead log when it closes the last connection
that holds a lock, as the command line of SQLite does.
"""

import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time

seed, *files = sys.argv[1:]
choose = random.Random(int(seed))
LONGEST_HOLD_SECONDS = 2


def open_database(file, query=""):
    # Without isolation_level, Python begins no transactions by itself.
    return sqlite3.connect(f"file:{file}{query}", uri=True, timeout=5, isolation_level=None)


def read_tables(database):
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        database.execute(f'SELECT count(*) FROM "{name}"').fetchone()


def check(database):
    (result,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if result != "ok":
        raise sqlite3.DatabaseError(result)


def hold():
    time.sleep(choose.random() * LONGEST_HOLD_SECONDS)


def read(file):
    database = open_database(file)
    read_tables(database)
    database.close()


def read_only(file):
    database = open_database(file, "?mode=ro")
    read_tables(database)
    database.close()


def read_long(file):
    database = open_database(file)
    database.execute("BEGIN")
    read_tables(database)
    hold()
    database.execute("COMMIT")
    database.close()


def lock(file):
    database = open_database(file)
    database.execute("BEGIN IMMEDIATE")
    hold()
    database.execute("ROLLBACK")
    database.close()


def checkpoint(file):
    database = open_database(file)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    database.close()


def integrity_check(file):
    database = open_database(file)
    check(database)
    database.close()


def vacuum(file):
    database = open_database(file)
    database.execute("VACUUM")
    database.close()


def leave_wal_mode(file):
    database = open_database(file)
    database.execute("PRAGMA journal_mode = DELETE").fetchone()
    database.close()


def back_up(file):
    with tempfile.TemporaryDirectory() as folder:
        source, copy = open_database(file), open_database(os.path.join(folder, "copy.sqlite"))
        source.backup(copy)
        check(copy)
        copy.close()
        source.close()


def copy_files(file):
    with tempfile.TemporaryDirectory() as folder:
        for part in (file, f"{file}-wal", f"{file}-shm"):
            if os.path.exists(part):
                shutil.copy(part, folder)


ACTIONS = [read, read_only, read_long, lock, checkpoint, integrity_check, vacuum, leave_wal_mode, back_up, copy_files]

while True:
    act = choose.choice(ACTIONS)
    try:
        act(choose.choice(files))
        outcome = "done"
    except sqlite3.OperationalError as error:
        outcome = "locked" if "locked" in str(error) else f"failed: {error}"
    except (sqlite3.DatabaseError, OSError) as error:
        outcome = f"failed: {error}"
    print(act.__name__, outcome, flush=True)
    time.sleep(choose.random() * 0.2)
