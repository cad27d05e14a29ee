Feature: The marketplace has troubles of its own
  Its searches show what was there a while ago, it works on a claim and lets nobody else near it, it has had enough calls
  for now, or the connector may no longer see what it has to deal with. It says so, and later it works again.

  Background:
    Given these buyers wait for the seller:
      | buyer | order        | goods      | price     | wants      |
      | Maya  | has received | desk lamp  | 39.98 USD | money back |
      | Noah  | has received | phone case | 15.99 USD | money back |

  Rule: What passes is waited for

    @trouble
    Scenario Outline: What was decided goes out when it can, and what is new arrives when it can be seen
      Given <trouble>
      And Ana has received a mug for 12.50 USD
      And Ana has asked for her money back
      When the seller answers like this:
        | buyer | answer   |
        | Maya  | approves |
        | Noah  | rejects  |
      And 2 hours pass
      Then the trouble was hit
      And the seller has Ana's case before them
      And it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Noah  | Refund Rejected | refund rejected | 0.00 USD  |

      Examples:
        | trouble                                                   |
        | the marketplace's searches lag by 35 minutes for 2 hours  |
        | the marketplace takes no more than 3 calls in 20 minutes  |
        | the marketplace takes no more than 9 calls in an hour     |
        | the connector has lost its right to returns for 100 minutes |
        | the connector has lost its right to orders for 100 minutes  |
        | the marketplace has locked Maya's request for 40 minutes  |
        | the marketplace has locked Noah's request for 40 minutes  |

    @trouble
    Scenario: What can be read is not held up by what cannot
      Given Lena has received a silk scarf for 64.00 USD
      And an hour has passed
      And the connector has lost its right to orders for 2 hours
      And Ana has received a mug for 12.50 USD
      And Ana has asked for her money back
      And Lena has asked for her money back
      When 30 minutes pass
      Then the trouble was hit
      And the seller has Lena's request before them

  Rule: What lasts beyond the deadline is decided by the marketplace

    @trouble
    Scenario: Claims are locked until their deadline has passed
      Given the marketplace has locked Maya's request
      And the marketplace has locked Noah's request
      And the seller has answered like this:
        | buyer | answer   |
        | Maya  | approves |
        | Noah  | rejects  |
      And 2 hours have passed
      And the connector has been down for 20 hours
      And 2 hours have passed
      When the trouble is over
      And an hour passes
      Then the trouble was hit
      And it has ended like this:
        | buyer | request   | mails        | all books |
        | Maya  | Completed | order refund | 39.98 USD |
        | Noah  | Completed | order refund | 15.99 USD |
