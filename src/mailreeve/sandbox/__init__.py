"""The local Google: the part of its REST API that Mailreeve uses, over a real mailbox."""
