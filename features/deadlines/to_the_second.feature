Feature: A deadline that falls into the second of a round
  Of four buyers one asks a second before a round, two in its second and one a second after it. A day later their answers
  are due in just these seconds, and the marketplace does not wait for the round.

  Background:
    Given 3 buyers have each received a mug for 12.50 USD
    And Noah has received a desk lamp for 39.98 USD
    And 899 seconds have passed
    And 1 of them has asked for their money back

  Rule: An answer given a round before arrives, and silence is a yes in that very second

    Background:
      Given a second has passed
      And Noah has asked for his money back
      And 1 of them has asked for their money back
      And a second has passed

    @R17 @R19 @R79
    Scenario: The seller says no to three of them in the second of the round before
      Given the others have asked for their money back
      And the connector has been down for 23 hours
      And it is 15 minutes before the answer to Noah is due
      And the seller has rejected all of their requests
      When the answer to Noah falls due
      Then Noah's request is shown as "Refund Processing"
      And all of their requests are shown as "Refund Rejected"
