"""Mail that costs many tokens when it is shown carelessly."""

from tests.mcp_server.conftest import letter

PEOPLE = ("Ana Lima <ana.lima@example.org>", "Bo Chen <bo@partner.example>", "Me <me@example.com>")
REMARKS = (
    "Thanks, the revised quote for the Lisbon warehouse looks fine to me. Could you send the signed copy before noon?",
    "The carrier confirmed two trucks for Monday morning, but they need the pallet count by Friday evening at the latest.",
    "We counted again: sixty-four pallets, eleven of them fragile. I have put the list into the shared folder.",
    "Good. Please add the customs number to the waybill, otherwise Porto will stop us at the gate again.",
)


def growing_thread(count: int = 12) -> list[bytes]:
    """A conversation in which everybody quotes everything that was said before."""
    letters: list[bytes] = []
    history = ""
    for number in range(count):
        remark = f"{REMARKS[number % len(REMARKS)]}"
        author = PEOPLE[number % len(PEOPLE)]
        headers = [f"Message-ID: <{number}@thread.example>"]
        if number:
            headers.append(f"In-Reply-To: <{number - 1}@thread.example>")
            headers.append("References: " + " ".join(f"<{one}@thread.example>" for one in range(number)))
        subject = "Warehouse quote" if not number else "Re: Warehouse quote"
        text = f"Point {number}. {remark}\n" + (f"\n{history}" if history else "")
        letters.append(
            letter(
                subject=subject, text=text, from_=author, to=PEOPLE[(number + 1) % 3], headers=tuple(headers)
            )
        )
        quoted = "".join(f"> {line}\n" for line in text.splitlines())
        history = f"On Fri, 20 Nov 2026 at 10:{number:02}, {author} wrote:\n{quoted}"
    return letters


def newsletter(products: int = 100) -> bytes:
    """A shop's letter: tables in tables, styles, tracking links, a hundred products."""
    rows = "".join(
        f'<tr><td style="padding:8px 12px;font-family:Arial,sans-serif;border-bottom:1px solid #eeeeee">'
        f'<a href="https://shop.example/p/{number}?utm_source=newsletter&amp;utm_medium=email&amp;u=8f3a{number:04}"'
        f' style="color:#222222;text-decoration:none"><b>Product {number}</b></a><br>'
        f'<span style="color:#888888;font-size:12px">Now only {number + 9}.99 EUR</span></td>'
        f'<td><img src="https://img.shop.example/{number}.jpg" width="80" height="80" alt=""></td></tr>\n'
        for number in range(products)
    )
    html = (
        '<html><head><style>td{color:#222}</style></head><body><div style="display:none">Big sale today</div>'
        f"<h1>The autumn sale</h1><p>A hundred things for your home, until Sunday.</p><table>{rows}</table>"
        '<p>You get this because you are a customer. <a href="https://shop.example/unsubscribe">Unsubscribe</a></p>'
        "</body></html>"
    )
    return letter(subject="The autumn sale", text=html, from_="Shop <news@shop.example>", type_="text/html")
