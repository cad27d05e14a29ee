Feature: Trouble while there is something to read
  Long lists come in pages. A page that is lost, maimed or late is read again, and what moves from page to page
  while somebody reads is missed by nobody.

  Rule: No request is missed, on whatever page it stands

    Background:
      Given the marketplace's pages hold no more than 2 entries
      And 5 buyers have each received a mug for 12.50 USD

    @trouble
    Scenario Outline: One of the pages does not come
      Given all of them have asked for their money back
      And the marketplace <trouble>
      When an hour passes
      Then the trouble was hit
      And all of them stand before the seller

      Examples:
        | trouble                                                     |
        | cuts short its answer to the third search for returns       |
        | answers 503 to the second search for returns for 20 minutes |

    @trouble
    Scenario: What is read moves meanwhile, and something else slips into its place
      Given all of them have asked for their money back
      And the marketplace's pages move while they are read and go on by place
      When an hour passes
      Then the trouble was hit
      And all of them stand before the seller

    @trouble
    Scenario: What stood on the first page moves behind the last one
      Given 610 seconds have passed
      And all of them have asked to send it back
      And 3 buyers have each received a rug for 89.00 USD
      And the others have asked to send it back
      And the marketplace answers the next search for returns 20 seconds late
      When 20 minutes pass
      Then the trouble was hit
      And the seller has heard of all of their requests

    @trouble
    Scenario Outline: One of them cannot be read, and stands before the others
      Given the marketplace has one <like this> in its answers to every search for returns for 2 hours
      And all of them have asked for their money back
      When <time>
      Then the trouble was hit
      And <how many> of them stand before the seller

      Examples:
        | like this                 | time           | how many |
        | that nobody can read      | an hour passes | 4        |
        | whose type nobody knows   | an hour passes | 4        |
        | whose type nobody knows   | 3 hours pass   | all      |
        | whose status nobody knows | an hour passes | 4        |
        | whose status nobody knows | 3 hours pass   | all      |

  Rule: Nor where the connector comes late, or more of them come than can be asked about at once

    @trouble
    Scenario: What was there before the connector moves while it is read for the first time
      Given the shop has opened, without the connector
      And 5 buyers have each received a mug for 12.50 USD
      And all of them have asked for their money back
      And 3 hours have passed
      And the marketplace's pages hold no more than 2 entries
      And the marketplace's pages move while they are read and go on by place
      And the seller has let the connector into the shop
      When an hour passes
      Then the trouble was hit
      And all of them stand before the seller

    @trouble
    Scenario: More requests come at once than orders can be asked for by their numbers
      Given 52 buyers have each received a mug for 12.50 USD
      And all of them have asked for their money back
      And the marketplace answers 503 to every search for orders for 2 hours
      When 5 minutes pass
      Then the trouble was hit
      And all of them stand before the seller

  Rule: One that cannot be read holds up no other, and comes as soon as it can be

    @trouble
    Scenario Outline: For two hours nobody can read the first of three
      Given the marketplace has one <like this> in its answers to every <search> for 2 hours
      And 3 buyers have each <got> a mug for 12.50 USD
      And all of them have asked <for what>
      When <time>
      Then the trouble was hit
      And <how many> of them stand before the seller

      Examples:
        | like this                 | search                   | got      | for what               | time           | how many |
        | that nobody can read      | search for returns       | received | for their money back   | an hour passes | 2        |
        | that nobody can read      | search for returns       | received | for their money back   | 3 hours pass   | all      |
        | that nobody can read      | search for cancellations | ordered  | to cancel their orders | an hour passes | 2        |

    @trouble
    Scenario Outline: For two hours nobody can read the first of two orders
      Given the marketplace has one <like this> in its answers to every search for orders for 2 hours
      And Maya has ordered a desk lamp for 39.98 USD
      And a minute has passed
      And Noah has ordered a phone case for 15.99 USD
      When <time>
      Then the trouble was hit
      And the seller knows of Noah's order
      And the seller <knows> of Maya's order

      Examples:
        | like this                 | time           | knows         |
        | that nobody can read      | an hour passes | does not know |
        | whose status nobody knows | an hour passes | does not know |

    @trouble
    Scenario: For two hours nobody can read the order that a buyer wants to cancel
      Given the marketplace has one whose status nobody knows in its answers to every search for orders for 2 hours
      And Maya has ordered a desk lamp for 39.98 USD
      And 20 minutes have passed
      And Maya has asked to cancel the order
      When 3 hours pass
      Then the trouble was hit
      And the seller knows of Maya's order
      And the seller has Maya's case before them

  Rule: What is in a status that nobody knows stays as it was told, and goes on as soon as it is in another one

    Background:
      Given it is Wednesday 31 December 2031, 22:15 in universal time
      And the OMS makes a report every night
      And these buyers wait for the seller:
        | buyer | order        | goods      | price     | wants      |
        | Maya  | has received | desk lamp  | 39.98 USD | nothing    |
        | Noah  | has received | phone case | 15.99 USD | nothing    |
        | Ana   | has received | mug        | 12.50 USD | money back |
        | Lena  | has ordered  | silk scarf | 64.00 USD | to cancel  |
      And Ben has just ordered a rug for 89.00 USD

    @trouble
    Scenario: For two hours nobody knows how anything stands
      Given the marketplace has statuses that nobody knows in its answers to every call for 2 hours
      And the seller has approved Lena's request
      When an hour and a half passes
      Then the trouble was hit
      And the page of Maya's order tells nothing twice
      And the page of Ana's order tells nothing twice
      And the page of Lena's order tells nothing twice
      And the seller can approve or reject Ana's request
      And Lena's order is canceled
      And the seller does not know of Ben's order

    @trouble
    Scenario: What was asked and answered meanwhile, and what is there afterwards
      Given the marketplace has statuses that nobody knows in its answers to every call for 2 hours
      And half an hour has passed
      And Noah has asked for his money back
      And the seller has approved Ana's request
      And the seller has refunded Maya's whole order
      When 3 hours pass
      Then the trouble was hit
      And it has ended like this:
        | buyer | request   | mails        | all books |
        | Maya  | none      | order refund | 39.98 USD |
        | Ana   | Completed | order refund | 12.50 USD |
      And the seller has Noah's case before them
      And the seller knows of Ben's order

  Rule: What was read once is not unlearnt

    @trouble
    Scenario: The searches answer as they did before the seller had said no
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for her money back
      And 20 minutes have passed
      And the marketplace answers every search as it did 40 minutes before for 2 hours
      And the seller has rejected Maya's request
      When an hour passes
      Then the trouble was hit
      And Maya has exactly one mail, "refund rejected"
      And the seller has nothing to answer for Maya

    @trouble
    Scenario: The searches answer as they did before the parcel had left
      Given Noah has ordered a rug for 89.00 USD
      And an hour has passed
      And the marketplace answers every search as it did 40 minutes before for 2 hours
      And 20 minutes have passed
      And the seller has shipped Noah's order
      And 45 minutes have passed
      When the seller refunds Noah's whole order
      Then the trouble was hit
      And all three books say 89.00 USD for Noah

    @trouble
    Scenario: For two hours nobody can read an order that the seller has before them
      Given Maya has received a desk lamp for 39.98 USD
      And an hour has passed
      And the marketplace has one whose status nobody knows in its answers to every search for orders for 2 hours
      And half an hour has passed
      When the seller refunds Maya's whole order
      Then the trouble was hit
      And all three books say 39.98 USD for Maya

  Rule: What says nothing is nothing, in whatever way it says so, and what nobody knows concerns nobody

    @trouble
    Scenario Outline: The fields are not quite those that usually come
      Given the marketplace <has them> in its answers to every call
      And these buyers wait for the seller:
        | buyer | order        | goods      | price     | wants           |
        | Maya  | has received | desk lamp  | 39.98 USD | money back      |
        | Noah  | has received | phone case | 15.99 USD | to send it back |
        | Ana   | has ordered  | mug        | 12.50 USD | to cancel       |
      When the seller answers like this:
        | buyer | answer            |
        | Maya  | approves          |
        | Noah  | accepts the goods |
        | Ana   | approves          |
      And 2 hours pass
      Then the trouble was hit
      And it has ended like this:
        | buyer | request   | mails           | all books |
        | Maya  | Completed | order refund    | 39.98 USD |
        | Noah  | Completed | order refund    | 15.99 USD |
        | Ana   | Completed | order cancelled | 12.50 USD |

      Examples:
        | has them                           |
        | leaves out what has no value       |
        | says null for what has no value    |
        | says nothing for what has no value |
        | has fields that nobody knows       |

  Rule: Nothing can be read for longer than the seller may be silent

    @trouble
    Scenario: The marketplace decides meanwhile, and all of it is there afterwards
      Given Maya has received a desk lamp for 39.98 USD
      And Ana has ordered a mug for 12.50 USD
      And the marketplace is unreachable for 26 hours
      And Maya has asked for her money back
      And Ana has asked to cancel the order
      And Lena has ordered a silk scarf for 64.00 USD
      When 27 hours pass
      Then the seller knows of Lena's order
      And all three books say 39.98 USD for Maya
      And all three books say 12.50 USD for Ana
