"""What people write is taken as it is meant, or refused and compared in people's words, whoever plays it."""

# ruff: noqa: E501 - a story stands in one line

import re
from datetime import timedelta
from pathlib import Path

import pytest

from mock_tiktok.domain import mail, phrases
from mock_tiktok.domain.returns import SHOWN
from mock_tiktok.domain.words import ArbitrationStatus, CancelStatus, OrderStatus
from rehearsal.control.calls import CALLS
from rehearsal.gherkin import closed_words, refusals
from rehearsal.gherkin.results import Outcome
from rehearsal.gherkin.runner import SuiteRun, run_suite
from rehearsal.gherkin.steps.phrases import PIECES, evidence, time
from rehearsal.gherkin.timeline import ACTS
from rehearsal.gherkin.vocabulary import columns, example, shipped
from tests.command import Rehearse

# Steps stand in one line, with "; " between them. All of them are played in one run, each in a world of its own.
LATER = "And 20 minutes have passed"
AWAY = "And the connector has been down for"
LAMP = "Given Maya has received a lamp for 39.98 USD"
SENT_BACK = f"{LAMP}; And Maya has sent it back"
TWO_LINES = "Given Maya has received:; | goods | price each |; | rug | 89.00 USD |; | mug | 12.50 USD |"
TWO_REQUESTS = f"{TWO_LINES}; And Maya has asked for the money for the rug; And Maya has asked to send back the mug"
TWO_ORDERS = "Given Maya has received a rug for 89.00 USD; And Maya has received a mug for 12.50 USD"
EACH_ASKED = f"{TWO_ORDERS}; And Maya has asked for the money for the rug; And Maya has sent back the mug; {LATER}"
TWO_MUGS = "Given Maya has received a mug for 9.00 USD; And Maya has received a mug for 12.50 USD"
MUGS = "Given Maya has received:; | goods | pieces | price each |; | rug | 1 | 89.00 USD |; | mug | 3 | 12.50 USD |"
MUG_TWICE = (
    f"{MUGS}; And Maya has asked for the money for 1 of the mugs; And Maya has asked for the money for 2 of the mugs"
)
POUNDS = f"Given the shop is in the United Kingdom; And Maya has received a lamp for 39.98 GBP; {LATER}"
RUPIAH = f"Given the shop is in Indonesia; And Maya has received a lamp for 40000 IDR; {LATER}"
DONG = f"Given the shop is in Vietnam; And Maya has received 3 mugs at 12000 VND each; {LATER}"
BAHT = f"Given the shop is in Thailand; And Maya has received a lamp for 39.00 THB; {LATER}"
ON_ITS_WAY = (
    "Given the shop is in the United Kingdom; And Maya has ordered a lamp for 39.98 GBP; "
    f"And the seller has shipped Maya's order; {LATER}"
)
PAID = "When the seller refunds Maya's whole order; Then Maya has been paid back"
REFUNDED = f"{POUNDS}; {PAID} 39.98 GBP"
ASKED = f"{POUNDS}; And Maya has asked for her money back"
KNOWN = f"{ASKED}; {LATER}"
CANCELLED = f"Given Maya has ordered a lamp for 39.98 USD; And Maya has asked to cancel the order; {LATER}"

SECOND = "And there is a second shop in the United Kingdom"
CROWD = "Given 2 buyers have each received a lamp for 39.98 USD"

REQUESTS = (
    "Maya has made 2 requests; say which is meant:\n"
    '  "first request" or "request for the rug": the money for the rug\n'
    '  "second request" or "request for the mug": sending back the mug'
)
ORDERS = 'Maya has 2 orders; say which is meant:\n  "first order": the rug\n  "second order": the mug'
WHICH_REQUEST = """
And the seller has approved Maya's request
When the seller rejects Maya's request
When the seller tries to approve the request of Maya
When the seller offers Maya 1.00 USD
When Maya's request is approved in Seller Center
When the operator decides for Maya
When Maya withdraws
When Maya appeals
When Maya accepts the offer
When Maya tries to decline the offer
When the answer to Maya falls due
When somebody watches Maya's request for an hour
Then Maya's request is shown as "Completed"
Then the seller can approve or reject Maya's request
Then Maya's appeal is "closed"
"""
WHICH_ORDER = """
And Maya has asked for her money back
And Maya has sent it back
When Maya tries to cancel the order
When the seller refunds Maya's whole order
When the seller refunds Maya 1.00 USD of the order
When Maya's whole order is refunded in Seller Center
When the seller ships Maya's order
Then Maya's order stands
Then the page of Maya's order tells what happened, in the order of time
"""
REFUNDS = "And the seller has refunded Maya the mug; And the seller has refunded Maya the rug"
NO_DECIMALS, TWO_DECIMALS = "IDR is written with no decimals; ", "GBP is written with two decimals"
_LEFT_OUT = "(may be left out)"
COLUMNS = f"its columns: goods, pieces {_LEFT_OUT}, price each, parcel {_LEFT_OUT}, taxed {_LEFT_OUT}, SKU {_LEFT_OUT}"
MISWRITTEN = {
    # what may be one of several
    **{f"{TWO_REQUESTS}; {step}": REQUESTS for step in WHICH_REQUEST.strip().splitlines()},
    **{f"{TWO_ORDERS}; {step}": ORDERS for step in WHICH_ORDER.strip().splitlines()},
    f"{TWO_MUGS}; And Maya has asked for the money for the mug": '"first order": the mug\n  "second order": the mug',
    f"{TWO_LINES}; {LATER}; {REFUNDS}; Then the seller's own refund of Maya has been carried out over 5.00 USD": (
        '2 refunds of Maya, of 12.50 USD and 89.00 USD; say which, as in "the seller\'s first own refund of Maya"'
    ),
    f"{TWO_ORDERS}; {LATER}; {REFUNDS}; Then the mail names the sum 12.50 USD": (
        'there are 2 mails, "order refund" to Maya, "order refund" to Maya; say which, as in "the first mail to Maya"'
    ),
    f"{TWO_ORDERS}; And the shop is in Indonesia": "begins the world anew; it stands before anybody orders something",
    # what cannot be added up, and shops
    f"{LAMP}; {SECOND}; And Maya has received a mug for 12.50 GBP from the second shop; Then Maya has been paid back everything": (
        "Maya has orders in USD and GBP; say which is meant, as the first order"
    ),
    "Given Maya has received a lamp for 39.98 USD from the second shop": 'no second shop so far; "there is a second shop"',
    f"{LAMP}; When the seller refunds Maya 5.00 USD of her third order": "Maya has 1 order: there is no third",
    "Given there is a third shop": "the third shop cannot be the next: 1 opened so far",
    "Given there is a second shop in Atlantis": 'no shop can be in "Atlantis"; known: Brazil, BR, Indonesia',
    # what is not there
    "When all of them ask for their money back": "nobody is many so far",
    f"{CROWD}; When 3 of them ask for their money back": "2 of them have asked for nothing, not 3",
    f"{CROWD}; When the seller approves all of their requests": "none of them have asked for something, not one",
    f"{TWO_ORDERS}; When the seller refunds Maja's whole order": "Maja has bought nothing so far; did you mean Maya?",
    "When Maya asks for her money back": "Maya has bought nothing so far; a step such as",
    f"{LAMP}; Then Noah has no mail": "Noah has bought nothing so far; Maya has; a step such as",
    f"{LAMP}; When Myra asks for her money back": "Myra has bought nothing so far; did you mean Maya?",
    f"{LAMP}; Then Mäya has no mail": "Mäya has bought nothing so far; did you mean Maya?",
    f"{ASKED}; And Mayá has received a rug for 3.00 GBP; When the seller approves Mayá's request": (
        "Mayá has asked for nothing so far; did you mean Maya?"
    ),
    # what comes first, in words that lead on
    f"{LAMP}; And Maya has handed over the parcel": (
        'there is no parcel of Maya\'s; Maya has asked for nothing so far; a step such as "Maya has asked to send it back" comes'
    ),
    f"{ASKED}; And Maya has handed over the parcel": (
        'Maya has asked for: the money for the lamp; a step such as "Maya has asked to send it back" comes first'
    ),
    f"{SENT_BACK}; And Maya's parcel is lost; {AWAY} 5 days; When the seller rejects Maya's request": (
        'the parcel is lost; "10 days have passed" since it was handed over, and "everybody has heard of it", come before'
    ),
    f"{SENT_BACK}; {LATER}; When the seller approves Maya's request": "who then \"finds Maya's goods as sold and accepts",
    f"{LAMP}; When the seller refunds Maya 5.00 USD for shipping": 'all of it is paid back by "the seller refunds Maya the',
    f'{LAMP}; When Maya asks for her money back, because "item is defect"': 'did you mean "Item is defective"? on this',
    f'{LAMP}; When Maya asks for her money back, because "It bores me"': (
        'which the marketplace does not know; on this order such a request takes "Item arrived damaged", "Package was'
    ),
    f"{TWO_REQUESTS}; When the seller approves Maya's third request": "Maya has made 2 requests: there is no third",
    f"{TWO_REQUESTS}; When the seller approves Maya's cancellation": "Maya has made no cancellation; Maya has asked for:",
    f"{TWO_LINES}; When the seller approves Maya's request": "Maya has made no request; Maya has asked for nothing",
    f"{TWO_LINES}; Then the seller has every request of Maya's before them": "Maya has made no request",
    f"{TWO_LINES}; And Maya has asked for the money for 2 of the mugs": "Maya has only 1 mugs, not 2",
    f"{EACH_ASKED}; When Maya hands over her parcel, with only 0 of the mugs in it": "about the mug, not about 0 of the mug",
    f"{EACH_ASKED}; When Maya hands over her parcel, with only the rug in it": "return is about the mug, not about the rug",
    f"{EACH_ASKED}; When the seller finds Maya's goods as sold, but the rug damaged, and accepts them": (
        "return is about the mug, not about the rug"
    ),
    f"{TWO_LINES}; And Maya has asked for the money for the lamp": "Maya has no lamp; Maya has: rug, mug",
    f"{TWO_LINES}; And Maya has asked for the money for the shipping": "Maya has: rug, mug; shipping and tax go with the",
    f"{TWO_REQUESTS}; When the seller refunds Maya 5.00 USD of her first request": "an order or its goods, and Maya's first",
    f"{MUG_TWICE}; When the seller approves Maya's request for the mugs": '"second request" or "request for 2 of the mug": ',
    f"{TWO_LINES}; {LATER}; {PAID} 12.50 USD for the mug": "were paid back in one sum; say that of the order, as in",
    f"{TWO_LINES}; Then Maya has been paid back nothing for 1 of the mugs": "money is counted for goods, for a request or an",
    **{
        f"{LAMP}; Then Maya has been paid for the {nths} of the lamps": f"Maya has only 1 lamps: there is no {none}"
        for nths, none in {"second": "second", "first and third": "third", "first, last and fifth": "fifth"}.items()
    },
    f"{LAMP}; Then Maya has been paid for the sixth of the lamps": '"sixth" is no word that stands here',
    f"{LAMP}; Then Maya has been paid for the first and secnd of the lamps": 'did you mean "second"?',
    f"{LAMP}; And Maya has asked to send it back; {LATER}; When the answer to Maya falls due": "no answer to Maya is due",
    f"{CANCELLED}; When Maya's request is rejected in Seller Center; And Maya's request is approved in Seller Center": (
        "Seller Center does not take this answer: Maya's request is shown as"
    ),
    f"{LAMP}; When what Maya ordered is called off in Seller Center": (
        "nobody can call that off in Seller Center: Maya's order has been delivered; one calls off what has not been"
    ),
    f"{CANCELLED}; When Maya appeals": "Maya cannot appeal: it is no return, but cancelling the order of the lamp",
    f"{CANCELLED}; When the seller offers Maya 9.00 USD": "A cancellation is approved or rejected whole",
    f'{CANCELLED}; Then Maya\'s appeal is "closed"': "a cancellation has no appeal",
    f"{POUNDS}; And Maya has sent it back": "in this market the seller answers a return before it is sent",
    # what is not said as it is read
    **{
        f"Given Maya has received a lamp for {said}": f'"{said}" is no sum; did you mean {meant}?'
        for said, meant in {
            "$39.98": "39.98 USD",
            "39.98 usd": "39.98 USD",
            "USD 39.98": "39.98 USD",
            "39,98 USD": "39.98 USD",
            "1,039.98 USD": "1039.98 USD",
            "1.039,98 EUR": "1039.98 EUR",
            "50,000 IDR": "50000 IDR",
        }.items()
    },
    "Given Maya has received a lamp for 39.98": '"39.98" is no sum; it has no currency, as "39.98 USD" has',
    "Given Maya has received a lamp for -39.98 USD": '"-39.98 USD" is no sum; one is "39.98 USD" or "5000 IDR"',
    f"{RUPIAH}; {PAID} 50.000 IDR": f"{NO_DECIMALS}did you mean 50000 IDR?",
    "Given Maya has received:; | goods | price each |; | rug | 9.00 |": '"9.00" is no sum; it has no currency',
    # what stands in a cell, by its row and its column
    **{
        f"Given Maya has received:; | {head} |; | rug | 9.00 USD | 1 |; | {row} |": f"row 2, {wrong}"
        for head, row, wrong in (
            ("goods | price each | parcel", "| 9.00 USD | 1", "goods: nothing stands there"),
            ("goods | price each | parcel", "mug | | 1", "price each: nothing stands there"),
            ("goods | price each | parcel", "mug | 9 | 1", 'price each: "9" is no sum; it has no currency'),
            (
                "goods | price each | parcel",
                "mug | 9.00 USD | x",
                'parcel: a whole number from 1 on belongs there, not "x"',
            ),
            (
                "goods | price each | pieces",
                "mug | 9.00 USD | 0",
                'pieces: a whole number from 1 on belongs there, not "0"',
            ),
            (
                "goods | price each | pieces",
                "mug | 9.00 USD | -1",
                'pieces: a whole number from 1 on belongs there, not "-1"',
            ),
        )
    },
    "Given Maya has received:; | goods | price each | sku |; | rug | 9.00 USD | none |": (
        'row 1, SKU: "none" is no word that stands here; goods have a SKU of the seller\'s: "yes", "no"'
    ),
    **{
        f"Given these buyers wait for the seller:; | buyer | order | goods | price | wants |; | {row} |": f"row 1, {wrong}"
        for row, wrong in {
            "Maya | has received | | 9.00 USD | nothing": "goods: nothing stands there",
            "Maya | has received | rug | 9 | nothing": 'price: "9" is no sum; it has no currency',
            "Maya | has received | rug | 9.00 USD | a hug": 'wants: "a hug" is no word that stands here; a buyer wants',
        }.items()
    },
    # sums that are more than there is, or nothing
    **{
        f"{LAMP}; And Maya has asked for her money back; {LATER}; When {step}": "0.00 USD is nothing to offer or to pay back"
        for step in (
            "the seller offers Maya 0.00 USD",
            "the seller refunds Maya 0.00 USD of the order",
            "0.00 USD of Maya's order are refunded in Seller Center",
            "the operator grants Maya 0.00 USD",
        )
    },
    f"{LAMP}; And Maya has asked for her money back; {LATER}; When the seller offers Maya 40.00 USD": (
        "an offer is below what Maya asks for: 39.98 USD, and 40.00 USD is more than that"
    ),
    f"{LAMP}; {LATER}; When the seller refunds Maya 40.00 USD of the order": "Maya has paid 39.98 USD, and 40.00 USD is",
    f"{LAMP}; When 40.00 USD of Maya's order are refunded in Seller Center": "Maya has paid 39.98 USD, and 40.00 USD is",
    f"{LAMP}; And Maya has asked for her money back; When the operator grants Maya 40.00 USD": "Maya asks for 39.98 USD, and",
    "Given Maya has received a lamp for 9.00 GBP": (
        'with sums in GBP begins with "the shop is in the United Kingdom"\n  currency is GBP; the shop\'s is USD'
    ),
    "Given Maya has received a lamp for 40 JPY": "no shop here is paid in JPY, unless a profile of your own has one; there are GBP",
    f"{RUPIAH}; {PAID} 10.5 IDR": NO_DECIMALS,
    f"{RUPIAH}; {PAID} 40000.00 IDR": NO_DECIMALS,
    f"{POUNDS}; {PAID} 39.985 GBP": f"{TWO_DECIMALS}; such as 39.98 GBP",
    f"{POUNDS}; {PAID} 40 GBP": TWO_DECIMALS,
    f"{POUNDS}; {PAID} 40.00 GPB": "did you mean GBP?",
    f"{POUNDS}; When the seller refunds Maya 5.00 USD of the order": "currency is USD; the shop's is GBP",
    f"{POUNDS}; When the seller tries to refund Maya 5.00 USD of the order": "currency is USD; the shop's is GBP",
    f"{ASKED}; Then Maya's request needs an answer within two business days": "by the weekday and the holidays; say the moment",
    f"{SENT_BACK}; And Maya's parcel has got lost; When Maya's parcel reaches the warehouse": "is lost: it arrives no more",
    f"{SENT_BACK}; When Maya's parcel reaches the warehouse; And Maya's parcel gets lost": "has arrived; what gets lost has",
    f"{LAMP}; And Maya has asked to send it back; When Maya's parcel is lost": 'not on its way: the request is shown as "Request P',
    "When an hour and 3 fortnights pass": '"3 fortnights" is no span of time; one is "an hour"',
    "When 99999999999 hours pass": '"99999999999 hours" is longer than any scenario; a span has at most 73000 days',
    f"When an hour and {'9' * 5_000} hours pass": '999" is longer than any scenario; a span has at most 73000 days',
    f"Given Maya has received {'9' * 50} mugs at 5.00 USD each": '9" is more than is counted here; a number has at most',
    "Given 1000000 buyers have each received a rug for 9.00 USD": '"1000000" is more than is counted here',
    "Given the marketplace receives one in 0 calls 20 seconds late": '"one in 0" is none; say "one in 3"',
    "When 3 fortnights pass": '"3 fortnights" is no span of time; one is "an hour"',
    "Given the shop is in France": 'no shop can be in "France"; known: Brazil, BR, Indonesia',
    "Given the shop is in the united kingdom": "did you mean United Kingdom?",
    "Given it is tomorrow in universal time": '"tomorrow" is no moment; one is "Monday 03 March 2031, 09:00"',
    "Given it is Monday 07 March 2031, 09:00 in universal time": "7 March 2031 is a Friday, not a Monday",
    "Given Maya has received:": "this step needs a table below it, with the columns goods, pieces, price each",
    **{
        f"Given Maya has received:; | {head} |; | rug | 9.00 USD |": f"the table below this step: {wrong}\n  {COLUMNS}"
        for head, wrong in {
            "what | price each": '"what" is no column of it\n  "goods" is missing',
            "good | price": '"good" is no column of it; did you mean "goods"?\n  "price" is no column of it; did you mean "price each"?',
            "goods | goods": '"price each" is missing\n  "goods" stands there twice',
        }.items()
    },
    f'{LAMP}; Then Maya has two mails, "order refund"': "this step says two and names 1",
    f"{LAMP}; And Maya has sent it back; When the seller finds Maya's goods broken and refuses them": (
        '"broken" is no word that stands here; goods are found "as sold", "used", "damaged",'
    ),
    f"{LAMP}; And Maya has sent it back; When Maya withdraws over there": '"over there" names nothing; one says "the',
    f"{LAMP}; And Maya has asked for a replacement; When the seller approves Maya's replacement in Seller Center": (
        '"in Seller Center" names nothing; what is done there is said as in'
    ),
}
# Words of which there are only so many: a slip of the pen, and the word that is meant.
ENDED = "it has ended like this:; | buyer | request | mails | all books |; | Maya"
SLIPS = {
    'Maya\'s request is shown as "{}"': ("Request Pendng", "Request Pending"),
    ENDED + " | {} | none | 0.00 GBP |": ("Refund Rejcted", "Refund Rejected"),
    ENDED + " | Request Pending | {} | 0.00 GBP |": ("order canceled", "order cancelled"),
    "Manage Returns lists, from the top:; | buyer | shown |; | Maya | {} |": (
        "Offer sent buyer",
        "Offer Sent to Buyer",
    ),
    "Manage Returns lists, from the top:; | buyer | shown |; | {} | Canceled |": ("Maja", "Maya"),
    "Maya's request has been shown, one after the other, as:; | {} |": ("Cancelled", "Canceled"),
    "these happened to Maya's request, in this order:; | {} |": ("The refund was payed", "The refund was paid"),
    "Maya's request was decided by {}": ("the market, as nobody answered", "the marketplace, as nobody answered"),
    'Maya\'s appeal is "{}"': ("suport seller", "support seller"),
    'Maya has one mail, "{}"': ("refund reject", "refund rejected"),
    "the page of Maya's order tells, one after the other:; | who | what |; | {} | no |": ("bayer", "buyer"),
    "the answer to Maya is due on Monday 3 March 2031, 10:00 in {}": ("Nwe York", "New York"),
}
MISWRITTEN |= {
    f"{ASKED}; Then {step.format(said)}": f'"{said}" is no word that stands here; {hint} "{word}"'
    for step, (slip, word) in SLIPS.items()
    for said, hint in ((slip, "did you mean"), (word.swapcase(), "it is written"))
}
# A table that says nothing: no line, or only the one with the columns.
WITH_A_TABLE = {step: example(step)[0] for step in shipped() if step.text.endswith(":")}
HEADLESS = [step for step, said in columns().items() if said.startswith("one column without a head")]
MISWRITTEN |= {
    f"{ASKED}; {step}; |; |": "below this step stands a table"
    if step.text in HEADLESS
    else "this step needs a table below it"
    for step in WITH_A_TABLE
}
MISWRITTEN |= {
    f"{ASKED}; {step}; {head}": "the table below this step has no row, below the one with its columns: "
    for step, head in WITH_A_TABLE.items()
    if step.text not in HEADLESS
}
# What is not near enough to one word, or is as near to its contrary, is answered with all there are.
MISWRITTEN |= {
    f'{ASKED}; Then Maya\'s request is shown as "{said}"': f'"{said}" is no word that stands here; a request is shown as'
    for said in ("Refunded", "Rejected", "Request Approved")
}
CROWD = "Given 2 buyers have each ordered a lamp for 9.00 USD"
MISWRITTEN |= {
    f'{CROWD}; Then all of their requests are shown as "Canceld"': 'did you mean "Canceled"?',
    f'{CROWD}; Then each of them has exactly one mail, "order refunds"': 'did you mean "order refund"?',
    f'{ASKED}; Then Maya\'s appeal is "won"': 'stands here; an appeal is "in progress", "support buyer", "support seller"',
    f"{ASKED}; Then the answer to Maya is due on Monday 3 Mach 2031, 10:00 in London": "is no moment; one is",
    f"{ASKED}; Then the answer to Maya is due on Friday 3 March 2031, 10:00 in London": "is a Monday, not a Friday",
    "When maya asks for her money back": "with a capital is a buyer, and nobody else: When Maya asks for her money back",
    "When an Hour passes": "When an hour passes",
}
SEEN = "marketplace, connector and OMS say 39.98 GBP"
SHARED = (
    "Given Maya has received, with 4.99 USD for shipping:; | goods | pieces | price each |; | rug | 1 | 89.00 USD |; "
    f"| mug | 3 | 12.50 USD |; {LATER}"
)
REJECTED = f"{KNOWN}; And the seller has rejected Maya's request"
APPEALED = f"{REJECTED}; {LATER}; And Maya has appealed"
FIRST_A_NO = (
    'is shown as "Request Pending"; the seller says no first, and "everybody has heard of it" brings the answer'
)
# What cannot be done now: as what it is shown, and what comes first; below it the words of whoever refuses.
REFUSED = {
    f"{REJECTED}; When Maya appeals": f"Maya cannot appeal: Maya's request {FIRST_A_NO} to the marketplace\n  The marketplace refuses:",
    f"{ASKED}; When the operator decides for Maya": f"the operator cannot decide: Maya's request {FIRST_A_NO}",
    f"{APPEALED}; When Maya appeals": 'is shown as "Refund Rejected" and in an appeal; the operator decides it first',
    f"{APPEALED}; When the seller approves Maya's request": "and in an appeal; the operator decides the appeal first",
    f"{REJECTED}; When the seller rejects Maya's request": "it is answered already, and",
    f"{KNOWN}; When Maya accepts the offer": '"the seller has offered Maya 10.00 USD" comes first',
    f"{SENT_BACK}; When the seller approves Maya's request": '"Maya\'s parcel has reached the warehouse" comes first, and',
    f"{SENT_BACK}; When Maya's parcel reaches the warehouse; And Maya's parcel reaches the warehouse": "it has arrived already",
    f"{SENT_BACK}; When Maya withdraws": 'is shown as "Buyer Shipped"; one withdraws before the goods are sent',
    f"{LAMP}; And Maya has asked to send it back; When Maya hands over the parcel": "it is approved first, by the marketplace",
    f"{LAMP}; And Maya has asked to send it back; And Maya has sent back the lamp": (
        'sending back the lamp, is still open; "has sent back" asks anew, and what is asked for already goes '
        'back by "Maya has handed over the parcel", after "everybody has heard of it", which brings the label\n  The '
    ),
    f"{ASKED}; Given Maya has sent it back": 'is still open; "has sent back" asks anew\n  The market',
    f"{ASKED}; When Maya asks to send it back": "Maya cannot ask for that: Maya's request, the money for the lamp, is still open",
    "Given Maya has received a lamp for 0.00 USD; When Maya asks for her money back": "The marketplace refuses: Invalid parameter: nothing was paid",
    "Given the shop is in Indonesia; And Maya has received a lamp for 5000 IDR; When Maya asks for a replacement": "The marketplace refuses: Requests of type REPLACEMENT are",
    f"{REFUNDED}; When Maya asks for her money back": "Maya cannot ask for that: of Maya's order not so much is left",
    f"{CANCELLED}; When Maya asks to send it back": "Maya's order has not been shipped; one asks for it once",
    f"{LAMP}; When Maya asks to cancel the order": "Maya's order has been delivered; one cancels before the order is shipped",
    f"{CANCELLED}; When Maya withdraws; And Maya withdraws": 'is shown as "Canceled"; nothing is left to do about it',
}
# Of these only the last may be the connector's doing: it had the seller's refund to carry out.
DOUBTFUL = f"{REFUNDED}; When Maya asks for her money back"
MISWRITTEN |= {line: words for line, words in REFUSED.items() if line != DOUBTFUL}
# What no connector could have made go otherwise, and the same where it can be to blame.
KILLED = "And the connector has been killed"
OFFERED = f"{KNOWN}; And the seller has offered Maya 10.00 GBP; And Maya has declined the offer; {LATER}"
FOREIGN = "is asked for, and what Maya has bought was paid in"
MISWRITTEN |= {
    f"{ASKED}; When the seller approves Maya's request": "has not heard of Maya's request, the money for the lamp",
    f"{LAMP}; When the seller refunds Maya the lamp": "the seller has not heard of Maya's order; it comes with the",
    f"{REJECTED}; {LATER}; When the operator decides for Maya": "the operator cannot decide: Maya's request is shown as \"Ref",
    f"{REJECTED}; {LATER}; When the seller approves Maya's request": "the seller cannot say yes",
    f"{SENT_BACK}; {LATER}; When the seller finds Maya's goods damaged and refuses them": "the seller cannot judge the",
    f"{APPEALED}; {LATER}; When the seller approves Maya's request": "the operator decides the appeal first",
    f"{KNOWN}; And Maya's request has been approved in Seller Center; {LATER}; When the seller rejects Maya's request": (
        "the seller cannot say no"
    ),
    f"{BAHT}; When the seller refunds Maya 5.00 THB of the order": (
        "the seller cannot refund that: Maya's order has been delivered; in Thailand no seller starts a refund, buyers ask"
    ),
    f"{BAHT}; When 5.00 THB of Maya's order are refunded in Seller Center": "delivered; in Thailand no seller starts a",
    f"{ON_ITS_WAY}; When 9.98 GBP of Maya's order are refunded in Seller Center": (
        "on its way; in the United Kingdom a seller refunds only what has been delivered\n  The marketplace refuses"
    ),
    f"{ON_ITS_WAY}; When Maya asks for a replacement": "The marketplace refuses: Requests of type REPLACEMENT are",
    f"{POUNDS}; {PAID} 39.98 USD": f"39.98 USD {FOREIGN} GBP",
    f"{RUPIAH}; {PAID} 40000 VND": f"40000 VND {FOREIGN} IDR",
    f"{REFUNDED}; And all three books say 39.98 USD for Maya": FOREIGN,
    f"{REFUNDED}; And the mail names the sum 39.98 USD": FOREIGN,
    f"{REFUNDED}; And the seller's case of Maya is over 1 IDR": FOREIGN,
    f"{REFUNDED}; And the price of Maya's order is made up like this:; | paid |; | 39.98 USD |": FOREIGN,
    f"{ASKED}; Then Maya's request is over 39.98 EUR": FOREIGN,
    f"{KNOWN}; Then the seller's own refund of Maya has been carried out over 1.00 GBP": "has started no refunds of",
    f"{ASKED}; {KILLED}; When everybody hears of it": "the connector is down: nobody hears of anything before",
    f"{ASKED}; {KILLED}; And the connector has been down for 1 hour": 'the connector has been killed already; "the connector',
    f"{ASKED}; When the connector starts again": 'the connector runs; "the connector is killed" comes first',
}
BROKEN = {
    DOUBTFUL: REFUSED[DOUBTFUL],
    f"{ASKED}; And the marketplace is unreachable for 3 hours; When everybody hears of it": (
        "an hour has passed, and not everybody has heard of it: fault-1, unreachable, of any calls"
    ),
    f"{POUNDS}; {KILLED}; And Maya has asked for her money back; {LATER}; When the seller approves Maya's request": (
        "has not heard of Maya's request"
    ),
    f"{KNOWN}; {KILLED}; And the seller has rejected Maya's request; {LATER}; When Maya appeals": "Maya cannot appeal: Ma",
    f"{KNOWN}; And the seller has approved Maya's request; {LATER}; When the answer to Maya falls due": (
        "no answer to Maya is due: nothing waits for the seller"
    ),
    f"{KNOWN}; And the seller has approved Maya's request; {LATER}; Then Maya's request needs an answer within 24 hours": (
        "the time to answer Maya: expected 1 day; seen nothing"
    ),
    # what became of the seller's word
    f'{REJECTED}; Then Maya\'s request is shown as "Refund Rejected"': (
        'seen "Request Pending"\n  the seller has answered already, and "everybody has heard of it" brings the answer to'
    ),
    f'{REJECTED}; Then Maya has one mail, "refund rejected"': "the seller has answered already, and",
    f'{OFFERED}; When the seller offers Maya 15.00 GBP; Then Maya\'s request is shown as "Offer Sent to Buyer"': (
        'seen "Request Pending"\n  the seller\'s word was not taken: No further offer of a partial refund: 1 made'
    ),
    f"{TWO_LINES}; {LATER}; When the seller refunds Maya the rug; Then Maya has been paid back 89.00 USD for the mug": (
        "paid back to Maya: expected 89.00 USD; seen 0.00 USD"
    ),
    # a request of which nothing is paid, in currencies with decimals and without
    **{
        f"{bought}; And Maya has asked for the money for 2 of the mugs; {LATER}; "
        f"Then Maya has been paid for the {nths} of the mugs": f"which of the mugs were paid for: expected {places}; seen nothing"
        for bought in (MUGS, DONG)
        for nths, places in {"first and second": "1, then 2", "first, and last": "1, then 3"}.items()
    },
    f"{REFUNDED}; And Maya has been paid back nothing": "paid back to Maya: expected nothing; seen 39.98 GBP",
    f"{REFUNDED}; And Maya has no mail": 'Maya\'s mails: expected nothing; seen "order refund"',
    f'{REFUNDED}; And Maya has two mails, "order cancelled", "order refund"': 'then "order refund"; seen "order refund"',
    f"{REFUNDED}; And the seller's own refund of Maya has been carried out over 1.00 GBP": "1.00 GBP; seen 39.98 GBP",
    f"{REFUNDED}; And the seller sees that the refund of Maya failed, and why": "of Maya: expected 1; seen 0",
    f"{REFUNDED}; And Maya's order is canceled": 'Maya\'s order: expected "is canceled"; seen "stands"',
    f"{REFUNDED}; And Maya has made two requests": "requests of Maya: expected 2; seen 1",
    f"{REFUNDED}; And Manage Returns lists, from the top:; | buyer | shown |; | Maya | Canceled |": (
        "Manage Returns: not what was expected\nexpected\n  | Maya | Canceled |\nseen\n  | Maya | Completed |"
    ),
    f"{REFUNDED}; And the page of Maya's order tells, one after the other:; | who | what |; | oms | Nods |": (
        'Maya\'s order, where "Nods" by the oms is not found after what stands before it: not what was expected\nexpected\n  | oms | Nods |\nseen\n  | marketplace | Order collected'
    ),
    f"{SHARED}; When the seller refunds Maya the rug; Then all three books say 92.50 USD for Maya": (
        "say 92.51 USD\n  with its part of shipping and tax each is, in USD: rug 92.51; mug 12.99, 12.99, 13.00"
    ),
    f"{SHARED}; When the seller refunds Maya 2 of the mugs; Then the mail names the sum 25.99 USD": (
        "the sum that the mail names: expected 25.99 USD; seen 25.98 USD\n  with its part of shipping"
    ),
    f"{ASKED}; Then {ENDED} | none | none | 0.00 GBP |": 'has asked for: expected nothing; seen "the money for the lamp"',
    f"{ASKED}; Then Manage Returns lists nothing": "expected\n  | nothing |\nseen\n  | Maya | Request Pending |",
    f"{ASKED}; Then Maya's request was decided by the seller": 'who decided Maya\'s request: expected "the seller"; seen nothing',
    f'{ASKED}; Then Maya\'s request is shown as "Completed"': 'request: expected "Completed"; seen "Request Pending"',
    f'{CANCELLED}; Then Maya\'s request is shown as "Completed"': 'expected "Completed"; seen "Cancellation Pending"',
    f'{ASKED}; Then Maya\'s appeal is "closed"': 'Maya\'s appeal: expected "closed"; seen "never made"',
    f"{ASKED}; Then Maya's request needs no answer": "until when to answer Maya: expected nothing; seen",
    f"{ASKED}; Then Maya's request needs an answer within 3 hours": "expected 3 hours; seen 2 days",
    f"{ASKED}; Then the answer to Maya is due on Monday 3 March 2031, 10:00:00 in London": "expected Monday 3 March",
    f"{ASKED}; Then these happened to Maya's request, in this order:; | The refund was paid |": 'paid"; seen "Request',
    f"{ASKED}; Then Maya's request has been shown, one after the other, as:; | Completed |": 'expected "Completed"; seen "Request P',
    f"{KNOWN}; Then the seller has nothing to answer for Maya": 'expected nothing; seen "39.98',
    f"{KNOWN}; Then the seller has not heard of Maya": 'expected nothing; seen "39.98 GBP, a request to answer"',
    f"{KNOWN}; Then the seller can not answer Maya's request": 'expected nothing; seen "approve"',
    f"{ASKED}; Then the seller has Maya's case before them": "has not heard of Maya's request, the money for the lamp",
    f"{ASKED}; Then the seller is told that it cannot be done": "the seller was not refused anything",
}
PARTS = ("for the mugs", "for the lamp", "on her request", "for her order of the rug", "for her second order")
NAMES = [
    "Élodie",
    "E\u0301lodie",
    "O'Brien",
    "O’Brien",
    "D'Angelo-Núñez",
    "Ana de la Cruz",
    "J. R. Smith",
    "James",
    "李小龙",
]
NAMES += ["Ольга", "प्रिया", "فاطمة", "Ngô Thị Hằng"]
GOODS = ["café table", "T-shirt", "USB-C cable (2 m)", "iPhone 15 case", "茶壶", "cook's knife"]
CALLED = [
    f"Given {name} has received a {goods} for 39.98 USD; And {name} has asked for the money for the {goods}; "
    f"Then {name}{chr(39) if name == 'James' else '’s'} request is shown as “Request Pending”."
    for name, goods in zip(NAMES, GOODS * 3, strict=False)
]
ACCEPTED = f"{KNOWN}; And the seller has offered Maya 10.00 GBP; And Maya has accepted the offer"
DECIDED = {
    f"{KNOWN}; When the seller rejects Maya's request": "the seller",
    f"{KNOWN}; When Maya's request is approved in Seller Center": "Seller Center",
    f"{ASKED}; When 1 hour passes after the answer to Maya was due": "the marketplace, as nobody answered",
    f"{LAMP}; And Maya has asked to send it back; {LATER}": "the marketplace by itself",
    f"{APPEALED}; When the operator decides for the seller against Maya": "the operator",
    f"{ASKED}; And Maya has withdrawn": "the buyer",
    ACCEPTED: "the buyer",
    f"{CANCELLED}; When the seller approves Maya's request": "the seller",
    f"{CANCELLED}; When 2 days pass": "TikTok Shop, as nobody answered",
}
# Some of what is refused above, with what is said to come first.
FOLLOWED = [
    f'{REJECTED}; {LATER}; When Maya appeals; Then Maya\'s appeal is "in progress"',
    f"{LAMP}; And Maya has asked to send it back; {LATER}; And Maya has handed over the parcel; "
    "When Maya's parcel reaches the warehouse; Then Maya's request is shown as \"Buyer Shipped\"",
    f"{OFFERED}; When the seller approves Maya's request; Then Maya's request is shown as \"Completed\"",
]
HELD = [
    *CALLED,
    f"{KNOWN}; And everybody has heard of it; And it is 10 minutes before the answer to Maya is due; "
    'When everybody hears of it; Then Maya\'s request is shown as "Request Pending"',
    *FOLLOWED,
    *(f"{line}; Then Maya's request was decided by {who}" for line, who in DECIDED.items()),
    *(f"Given the shop is in {place}" for place in ("UK", "the UK", "US", "the US", "the USA", "United Kingdom")),
    f"{LAMP}; Then Manage Returns lists nothing",
    f"{CANCELLED}; When the seller approves Maya's request; Then Maya's cancellation is shown as \"Completed\"",
    f'{CROWD}; And all of them have asked to cancel their orders; Then all of their requests are shown as "Cancellation Pending"',
    f"{KNOWN}; And it is 1 hour before the answer to Maya is due; When half an hour and 1.5 minutes pass; And an hour and a half pass; "
    'Then Maya\'s request is shown as "Completed"',
    f"{KNOWN}; Then the answer to Maya is due on Wednesday 05 March 2031, 09:20:00 in London",
    f"{SENT_BACK}; And Maya's parcel is lost; {AWAY} 10 days; {LATER}; When the seller rejects Maya's request; "
    'Then Maya\'s request is shown as "Return Rejected"',
    f"{SENT_BACK}; And Maya's parcel has reached the warehouse; {LATER}; When the seller finds Maya's goods as sold and "
    "accepts them; Then Maya has been paid back everything",
    f'{LAMP}; When Maya asks for a replacement, because "Item is defective"; Then Maya has been paid back nothing',
    "Given Nora has received 2 mugs at 9.00 USD each; And Nora has asked for the money for 1 of the mug",
    "Given Nora has received two boxes at 9.00 USD each; And Nora has asked for the money for one of the boxes",
    f"{TWO_REQUESTS}; {LATER}; When the seller approves Maya's request for the rug; "
    'Then Maya\'s first request is shown as "Completed"',
    f"{TWO_REQUESTS}; {LATER}; And the seller has rejected Maya's first request; When Maya withdraws her second request; "
    'Then Maya\'s request for the rug is shown as "Refund Rejected"; And Maya\'s return is shown as "Canceled"',
    f"{TWO_REQUESTS}; {LATER}; And Maya has handed over the parcel; When Maya's parcel with the mug reaches the warehouse; "
    "Then the seller has Maya's last request before them",
    f"{TWO_REQUESTS}; {LATER}; And it is 1 hour before the answer to Maya about the rug is due; "
    "When the seller offers Maya 80.00 USD for the rug; "
    'Then Maya\'s request for the rug is shown as "Offer Sent to Buyer"',
    f"{EACH_ASKED}; And Maya's parcel has reached the warehouse; When the seller finds Maya's mug damaged and refuses it; "
    'Then all three books say 0.00 USD for Maya\'s second order; And Maya has one mail, "return rejected"',
    f"{EACH_ASKED}; When the seller approves Maya's request for the rug; Then all three books say 89.00 USD for Maya; "
    "And Maya has been paid back 89.00 USD for her first order; And Maya has been paid back nothing for her second order",
    f"{TWO_MUGS}; {LATER}; When the seller refunds Maya the mug of her second order; "
    "Then all three books say 12.50 USD for Maya's second order; And the mail to Maya names the sum 12.50 USD",
    f"{TWO_LINES}; {LATER}; {REFUNDS}; Then the seller's second own refund of Maya has been carried out over 89.00 USD; "
    "And the second mail to Maya names the sum 89.00 USD",
    "Given Maya has ordered a rug for 89.00 USD; And Maya has ordered a mug for 12.50 USD; "
    f"And Maya has asked to cancel her order of the mug; And Maya has asked to cancel her first order; {LATER}; "
    "When the seller approves Maya's cancellation for the rug; "
    "Then Maya's first order is canceled; And Maya's second order stands",
    "Given Maya has received, with 5.00 USD for shipping and 3.20 USD of tax:; | price each | goods |; | 9.00 USD | mug |; "
    f"{LATER}; {PAID} 17.20 USD",
    f"{MUG_TWICE}; {LATER}; When the seller approves Maya's request for 2 of the mugs; Then Maya has been paid back 25.00 USD for "
    "the mugs; And Maya has been paid back nothing for the rug; And Maya has been paid back nothing on her first request; "
    "And Maya has been paid back 25.00 USD on her second request; And Maya has been paid back 25.00 USD for her order with the rug",
    f"{MUGS}; And Maya has asked for the money for 1 of the mugs; And Maya has withdrawn; {LATER}; "
    "When the seller refunds Maya 2 of the mugs; And Maya asks for the money for 1 of the mugs; "
    "And the seller approves Maya's last request; Then Maya has been paid back 37.50 USD for the mugs",
    f"{SHARED}; And Maya has received a lamp for 39.98 USD; And Maya has asked for the money for the rug; {LATER}; "
    "And the seller has refunded Maya the mugs; And the seller has refunded Maya's whole second order; "
    "When the seller approves Maya's request; Then Maya has been paid back everything; "
    + "; ".join(f"And Maya has been paid back everything {what}" for what in PARTS),
    f"{DONG}; And Maya has asked for her money back; {LATER}; When the seller approves Maya's request; "
    "Then Maya has been paid for the first, second and third of the mugs; And Maya has been paid for the last, first and second of the mugs; "
    "And Maya has been paid for the first, the second, and the last of the mugs",
    f"{TWO_ORDERS}; {LATER}; {REFUNDS}; Then all three books say 12.50 USD for Maya's order with the mug; "
    "And Maya has been paid back 89.00 USD for the rug; And Maya has been paid back 101.50 USD",
    REFUNDED,
]

SPANS = {
    "half an hour": timedelta(minutes=30),
    "one hour": timedelta(hours=1),
    "1.5 hours": timedelta(minutes=90),
    "90 minutes": timedelta(minutes=90),
    "an hour and a half": timedelta(minutes=90),
    "half an hour and 1.5 minutes": timedelta(minutes=31, seconds=30),
    "a day and 22 hours": timedelta(hours=46),
    "two days": timedelta(days=2),
    "a week": timedelta(days=7),
}

Played = dict[str, tuple[Outcome, str]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """How each of the lines above ended, and why."""
    lines = [*MISWRITTEN, *BROKEN, *HELD]
    scenarios = [f"  Scenario: {at}\n    " + line.replace("; ", "\n    ") for at, line in enumerate(lines)]
    feature = tmp_path_factory.mktemp("told") / "own.feature"
    feature.write_text("\n".join(["Feature: Own", *scenarios, ""]), encoding="utf-8")
    results = run_suite(SuiteRun((feature,), seed=1)).results
    return {line: (result.outcome, result.why) for line, result in zip(lines, results, strict=True)}


@pytest.mark.parametrize("line", MISWRITTEN)
def test_what_makes_no_sense_is_refused_with_what_would(played: Played, line: str) -> None:
    outcome, why = played[line]
    assert outcome is Outcome.MISWRITTEN, why
    assert MISWRITTEN[line] in why


@pytest.mark.parametrize("line", BROKEN)
def test_a_step_that_compares_says_what_was_expected_and_what_was_seen(played: Played, line: str) -> None:
    outcome, why = played[line]
    assert outcome is Outcome.BROKEN, why
    assert BROKEN[line] in why


def test_the_timeline_tells_of_a_refusal_in_the_scenarios_words(rehearse: Rehearse) -> None:
    steps = f"{ASKED}; When Maya tries to appeal".replace("; ", "\n")
    path = rehearse.file("own.feature", f"Feature: Own\n  Scenario: One\n{steps}\n")
    (result,) = run_suite(SuiteRun((path,), seed=1)).results
    (told,) = [entry.what for entry in result.entries if entry.refused]
    assert told.startswith(f"cannot appeal: Maya's request {FIRST_A_NO}")


def test_the_words_of_which_there_are_so_many_are_the_marketplaces() -> None:
    happenings = {one.description for one in vars(phrases).values() if isinstance(one, phrases.RecordWords)}
    for table in (phrases.OPENING, phrases.SELLER_OPENING, phrases.RECORDS):
        happenings |= {one.description for one in table.values()}
    assert set(closed_words.EVER_SHOWN) == {*SHOWN.values(), "Refund Rejected", "Return Label Generated"}
    assert {CancelStatus(name): shown for name, shown in closed_words.CANCELLATIONS.items()} == phrases.CANCEL_WORDS
    assert set(closed_words.HAPPENINGS) == happenings | set(phrases.CANCEL_RECORDS.values())
    assert {*closed_words.SILENCE, *closed_words.BY_ITSELF, *closed_words.BY_BUYER} < happenings | set(
        phrases.CANCEL_RECORDS.values()
    )
    assert {closed_words.OFFER, closed_words.HANDED_BACK} < happenings
    assert set(closed_words.MAILS) == set(mail._TEXTS)
    assert {word.replace(" ", "_").upper() for word in closed_words.APPEALS} == {*ArbitrationStatus, "NEVER_MADE"}


def test_what_people_are_told_knows_every_act_and_every_word() -> None:
    about = {"order_id", "return_id", "cancel_id", "adjustment_id"}
    acts = {name for name in ACTS if about & {*CALLS[name].ids}}
    assert {*refusals.RULES} == acts | {"oms_refund", "of goods"}
    assert {*refusals.ORDERS} == {*OrderStatus}
    known = {*closed_words.EVER_SHOWN, *refusals.ORDERS.values(), "an appeal"}
    assert [word for rule in refusals.RULES.values() for word in rule.where or () if word not in known] == []


@pytest.mark.parametrize("line", HELD)
def test_people_write_as_people_do(played: Played, line: str) -> None:
    assert played[line] == (Outcome.HELD, "")


@pytest.mark.parametrize("text", SPANS)
def test_a_span_of_time_is_read_as_people_say_it(text: str) -> None:
    assert re.fullmatch(PIECES["SPAN"], text)
    assert time(text) == SPANS[text]


@pytest.mark.parametrize("many", ["no", "a", "an", "1", "two"])
def test_whatever_is_said_of_pictures_is_counted(many: str) -> None:
    text = f"{many} picture and 2 videos"
    assert re.fullmatch(PIECES["SHOWN"], text)
    assert evidence(text) == {"picture": {"no": 0, "two": 2}.get(many, 1), "video": 2}


def test_what_happens_to_a_parcel_and_what_is_offered_stand_in_the_timeline(tmp_path: Path) -> None:
    line = f"{SENT_BACK}; And Noah has received a rug for 9.00 USD; And Noah has asked for his money back; {LATER}; "
    line += "And Maya's parcel is lost; When the seller offers Noah 5.00 USD"
    (tmp_path / "own.feature").write_text("Feature: Own\n  Scenario: Own\n    " + line.replace("; ", "\n    ") + "\n")
    (result,) = run_suite(SuiteRun((tmp_path,), 1)).results
    told = [entry.what for entry in result.entries]
    assert [what for what in told if "loses" in what or "offers" in what] == [
        "loses the parcel (Maya)", "offers, 5.00 USD (Noah)",
    ]  # fmt: skip
