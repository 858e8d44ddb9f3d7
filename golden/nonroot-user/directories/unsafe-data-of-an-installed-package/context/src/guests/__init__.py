from pathlib import Path

from flask import Flask

app = Flask(__name__)
book = Path(app.instance_path) / "book.txt"


@app.post("/<name>")
def sign(name):
    book.parent.mkdir(parents=True, exist_ok=True)
    with book.open("a") as f:
        f.write(name + "\n")
    return "", 201
