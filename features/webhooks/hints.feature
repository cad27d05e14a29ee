Feature: The marketplace tells the connector what happens
  A webhook is a hint: the connector looks at once instead of at its next round, and what there is to know it reads for
  itself. It answers before it looks, takes each only once, and listens to nobody but the marketplace.

  Background:
    Given the connector is told by webhooks

  Rule: Whoever is told looks at once, and the rounds stay where they are

    @trouble
    Scenario: A request between two rounds is told twice
      Given Maya has received a desk lamp for 39.98 USD
      And 5 minutes have passed
      And the connector loses its answer to the next webhook
      When Maya asks for her money back
      And 8 minutes pass
      Then the last webhook of Maya's was delivered
      And the last webhook of Maya's was tried twice
      And the connector has made 1 early round

    @trouble
    Scenario: It has no number, as older ones had none
      Given Maya has received a desk lamp for 39.98 USD
      And 5 minutes have passed
      And the connector receives every webhook without its number
      And the connector loses its answer to the next webhook
      When Maya asks for her money back
      And 8 minutes pass
      Then the last webhook of Maya's was delivered
      And the last webhook of Maya's was tried twice
      And the connector has made 1 early round

    @trouble
    Scenario Outline: The seller sees it as soon as the connector does
      Given Maya <has it> a desk lamp for 39.98 USD
      And 5 minutes have passed
      And Maya has asked <for what>
      When a minute passes
      Then the seller has Maya's case before them

      Examples:
        | has it       | for what            |
        | has received | for her money back  |
        | has ordered  | to cancel the order |

    @trouble
    Scenario: A round that was brought forward takes the place of none
      Given Maya has received a desk lamp for 39.98 USD
      And Noah has received a phone case for 15.99 USD
      And 5 minutes have passed
      And Maya has asked for her money back
      And a minute has passed
      And the connector does not receive every webhook
      And Noah has asked for his money back
      When 15 minutes pass
      Then the trouble was hit
      And the seller has Noah's case before them

    @trouble
    Scenario Outline: The connector dies over what it was told, and comes back to it at once
      Given Maya has received a desk lamp for 39.98 USD
      And 5 minutes have passed
      And the connector is to die once, after every <rhythm>
      And Maya has asked for her money back
      When a minute passes
      Then the connector has died once
      And the seller has Maya's case before them

      Examples:
        | rhythm    |
        | commit    |
        | 2 commits |

    @trouble
    Scenario: What a round has read already changes while it reads on
      Given Maya has received a desk lamp for 39.98 USD
      And Noah has received a phone case for 15.99 USD
      And 7 minutes have passed
      And Maya has asked for her money back
      And it is 10 seconds before the answer to Maya is due
      And the marketplace answers the next search for returns 20 seconds late
      And Noah has asked for his money back
      When 3 minutes pass
      Then the trouble was hit
      And the seller has nothing to answer for Maya

    @trouble
    Scenario Outline: Something happens in two shops at once
      Given there is a second shop, under the same authorization
      And the connector receives every webhook <as>
      And Maya has received a desk lamp for 39.98 USD
      And Noah has ordered a phone case for 15.99 USD from the second shop
      And 5 minutes have passed
      And Maya has asked for her money back
      And Noah has asked to cancel the order
      When a minute passes
      Then the seller has Maya's case before them
      And the seller has Noah's case before them

      Examples:
        | as                 |
        | twice              |
        | without its number |

    @trouble
    Scenario Outline: What an OMS did not take is told again with the next round, even if that finds nothing
      Given the OMS <does> the next webhook
      And Maya has received a desk lamp for 39.98 USD
      And 5 minutes have passed
      And Maya has asked for her money back
      When 10 minutes pass
      Then the trouble was hit once
      And the OMS was told twice

      Examples:
        | does           |
        | answers 500 to |
        | redirects      |

    @trouble
    Scenario: What an OMS did not take is told again, and what it took is not
      Given the OMS answers 500 to the next webhook
      And Maya has received a desk lamp for 39.98 USD
      And 5 minutes have passed
      And Maya has asked for her money back
      And 10 minutes have passed
      When the seller approves Maya's request
      Then the trouble was hit once
      And the OMS was told 3 times
      And all three books say 39.98 USD for Maya

    @trouble
    Scenario: Beside a request that waits a refund is told of as well
      Given Maya has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 3      | 12.50 USD  |
      And everybody has heard of it
      And Maya has asked for the money for the rug
      And 5 minutes have passed
      When the seller refunds Maya the mug
      Then the OMS was told 3 times
      And all three books say 37.50 USD for Maya

  Rule: The OMS is told that something has begun, and that it has ended, in whatever way

    @trouble
    Scenario Outline: The buyer asks, and the seller answers
      Given Maya <has it> a desk lamp for 39.98 USD
      And everybody has heard of it
      And Maya has asked <for what>
      And everybody has heard of it
      When the seller <answers> Maya's request
      And an hour passes
      Then the OMS was told that a <what> of Maya's has begun, and that it has ended

      Examples:
        | has it       | for what            | answers  | what         |
        | has received | for her money back  | approves | refund       |
        | has received | for her money back  | rejects  | refund       |
        | has ordered  | to cancel the order | approves | cancellation |
        | has ordered  | to cancel the order | rejects  | cancellation |

    @trouble
    Scenario Outline: It has not ended as long as the money is on its way
      Given Maya <has it> a desk lamp for 39.98 USD
      And everybody has heard of it
      And Maya has asked <for what>
      And everybody has heard of it
      And the seller has approved Maya's request
      When 15 minutes pass
      Then the OMS was told that a <what> of Maya's has begun, and not that it has ended

      Examples:
        | has it       | for what            | what         |
        | has received | for her money back  | refund       |
        | has ordered  | to cancel the order | cancellation |

    @trouble
    Scenario: The seller pays, and the buyer does without
      Given Maya has received a desk lamp for 39.98 USD
      And Noah has received a phone case for 15.99 USD
      And everybody has heard of it
      And Noah has asked for his money back
      And the seller has refunded Maya 15.00 USD of the order
      And everybody has heard of it
      When Noah withdraws his request
      And an hour passes
      Then the OMS was told that a refund of Maya's has begun, and that it has ended
      And the OMS was told that a refund of Noah's has begun, and that it has ended

  Rule: What is not signed by the marketplace is refused, and nothing comes of it

    @trouble
    Scenario Outline: Somebody else has had a hand in it
      Given 5 minutes have passed
      And the connector receives the next webhook <as>
      And Maya has received a desk lamp for 39.98 USD
      When a minute passes
      Then the trouble was hit once
      And the connector has refused a webhook
      And the connector has made no early rounds
      And the first webhook of Maya's waits for its next attempt

      Examples:
        | as                      |
        | with a forged signature |
        | with a forged body      |
        | without a signature     |

  Rule: What was not taken comes again, four times and then no more

    @trouble
    Scenario Outline: The connector cannot be reached for a while
      Given the connector is unreachable for every webhook for <a while>
      And Maya has received a desk lamp for 39.98 USD
      And Maya has asked for her money back
      When <so much> pass
      Then the trouble was hit
      And the first webhook of Maya's <came to this>
      And the first webhook of Maya's was tried <times>
      And the seller has Maya's case before them

      Examples:
        | a while  | so much    | came to this  | times   |
        | 1 minute | 20 minutes | was delivered | twice   |
        | 2 hours  | 4 hours    | was delivered | 4 times |
        | 24 hours | 16 hours   | was given up  | 5 times |
