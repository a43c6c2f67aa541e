"""What docs/integrate.md needs of kcat, for machines that have none and where it is not ours to install.

It understands the options that the page shows, refuses all others, and sends to the real broker, each line a message.
"""

import argparse
import sys

from confluent_kafka import Producer


def main() -> None:
    parser = argparse.ArgumentParser(prog="kcat", allow_abbrev=False)
    parser.add_argument("-P", action="store_true", required=True)
    parser.add_argument("-b", required=True)
    parser.add_argument("-t", required=True)
    parser.add_argument("-k")
    parser.add_argument("-X", action="append", default=[])
    asked = parser.parse_args()
    # kcat is librdkafka behind options, as this client is.
    producer = Producer({"bootstrap.servers": asked.b, **dict(option.split("=", 1) for option in asked.X)})
    for line in sys.stdin:
        producer.produce(asked.t, line.rstrip("\n"), asked.k)
    if producer.flush(30):
        sys.exit("not all was sent")


if __name__ == "__main__":
    main()
