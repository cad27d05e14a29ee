Feature: The seller rejects a refund without goods
  A no is the seller's right. The buyer is told, and may go to the marketplace with it.

  Background:
    Given Maya has received a phone case for 15.99 USD
    And Maya has asked for her money back
    And everybody has heard of it

  Rule: A no is told and costs nothing

    @demo @R11 @R71 @R72 @R73 @R74 @R75 @R76 @R77 @R78
    Scenario: The seller rejects
      When the seller rejects Maya's request
      Then Maya's request is shown as "Refund Rejected"
      And Maya has exactly one mail, "refund rejected"
      And the seller has nothing to answer for Maya
      And all three books say 0.00 USD for Maya

  Rule: A no that has not left yet is nobody's

    @R11 @R14
    Scenario: A buyer of two things withdraws before it leaves
      Given Noah has received:
        | goods | pieces | price each |
        | mug   | 2      | 12.50 USD  |
        | rug   | 1      | 89.00 USD  |
      And Noah has asked for his money back
      And everybody has heard of it
      And the seller has rejected Noah's request
      When Noah withdraws
      Then the seller has nothing to answer for Noah
      And all three books say 0.00 USD for Noah

  Rule: A no cannot be turned into a yes by asking again

    @R68
    Scenario: The seller thinks better of it too late
      Given the seller has rejected Maya's request
      And everybody has heard of it
      When the seller tries to approve the request of Maya
      Then the seller is told that it cannot be done
      And Maya has been paid back nothing
