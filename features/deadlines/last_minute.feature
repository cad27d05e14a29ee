Feature: An answer given in time arrives in time
  The connector makes its rounds every quarter of an hour; deadlines do not wait for them. What the
  seller decides before the deadline reaches the marketplace before it.

  Background:
    Given Maya has received a phone case for 15.99 USD
    And 7 minutes have passed
    And Maya has asked for her money back
    And an hour has passed

  Rule: Between two rounds is in time

    @R79 @R75
    Scenario: A no, three minutes before the deadline
      Given it is 3 minutes before the answer to Maya is due
      And the seller has rejected Maya's request
      When 1 hour passes
      Then Maya's request is shown as "Refund Rejected"
      And Maya has exactly one mail, "refund rejected"
      And all three books say 0.00 USD for Maya

    @R79
    Scenario: A no, one second before the deadline
      Given it is 1 second before the answer to Maya is due
      And the seller has rejected Maya's request
      When 1 hour passes
      Then Maya's request is shown as "Refund Rejected"
      And all three books say 0.00 USD for Maya

    @R79
    Scenario: A yes, three minutes before the deadline, pays once
      Given it is 3 minutes before the answer to Maya is due
      And the seller has approved Maya's request
      When 1 hour passes
      Then Maya has exactly one mail, "order refund"
      And all three books say 15.99 USD for Maya

  Rule: There is time for a round before the deadline, but not for everything

    @R79 @R5
    Scenario: Twenty minutes before the deadline the next round is soon enough
      Given it is 20 minutes before the answer to Maya is due
      And the seller has rejected Maya's request
      When 15 minutes pass
      Then Maya's request is shown as "Refund Rejected"
