"""A process that is ready at once and tells its environment: `python -m tests.stack.answering`."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        return


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(f"{os.environ['INSTANCE']} was asked {' '.join(sys.argv[1:])}\n")
        sys.exit(0 if sys.argv[1] != "fail" else 3)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    HTTPServer(("127.0.0.1", int(os.environ["HTTP_PORT"])), Answers).serve_forever()
