Feature: A deadline that falls into the second of a round
  Of three buyers one asks a second before a round, one in its second and one a second after it. A day later their
  answers are due in just these seconds, and the marketplace does not wait for the round.

  Background:
    Given 2 buyers have each received a mug for 12.50 USD
    And Noah has received a desk lamp for 39.98 USD
    And 899 seconds have passed
    And 1 of them has asked for their money back

  Rule: Given a round before, an answer arrives

    Background:
      Given a second has passed
      And Noah has asked for his money back
      And a second has passed
      And the others have asked for their money back

    @R79
    Scenario: The seller says no in the second of the round before
      Given it is 15 minutes before the answer to Noah is due
      And the seller has rejected all of their requests
      And the seller has rejected Noah's request
      When the answer to Noah falls due
      Then Noah's request is shown as "Refund Rejected"
      And all of their requests are shown as "Refund Rejected"

    @R17 @R19
    Scenario: Nobody answers
      When the answer to Noah falls due
      Then Noah's request is shown as "Refund Processing"
      And 1 of their requests is shown as "Refund Processing"
      And 1 of their requests is shown as "Request Pending"
