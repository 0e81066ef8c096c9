"""Run `python -m mailreeve`, the same as the command `mailreeve`."""

from mailreeve.cli import main

if __name__ == "__main__":
    main()
