Feature: A request may have a deadline of its own
  The marketplace says until when each request is to be answered, and its policy is only what it mostly says. Whoever
  obeys the hour that comes with the request is right whichever it is.

  Rule: The hour that the marketplace gives is the one that counts

    @R10 @R17 @R63
    Scenario: One has longer, another one less, and a third is cancelled
      Given these buyers wait for the seller:
        | buyer | order        | goods     | price     | wants      |
        | Maya  | has received | desk lamp | 39.98 USD | money back |
        | Noah  | has received | rug       | 89.00 USD | money back |
        | Ana   | has ordered  | mug       | 12.50 USD | to cancel  |
      And the marketplace has given the seller 3 days to answer Maya
      And the marketplace has given the seller 3 hours to answer Noah
      And the marketplace has given the seller 2 hours to answer Ana
      And 4 hours have passed
      And the connector has been down for 21 hours
      When 2 hours pass
      Then it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Request Pending | none            | 0.00 USD  |
        | Noah  | Completed       | order refund    | 89.00 USD |
        | Ana   | Completed       | order cancelled | 12.50 USD |
      And the seller sees the same deadline for Maya as the marketplace

    @R12 @R63
    Scenario: An answer in the last minute of an hour that was brought forward
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for her money back
      And the marketplace has given the seller 80 minutes to answer Maya
      And it is 1 minute before the answer to Maya is due
      When the seller rejects Maya's request
      Then Maya has exactly one mail, "refund rejected"
      And all three books say 0.00 USD for Maya
