Feature: The buyer never ships
  A return that nobody sends does not stay open for ever.

  Rule: Thirty days are enough

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked to send it back

    @R29 @R19
    Scenario: After thirty days the return is closed and nobody is paid
      When 31 days pass
      Then Maya's request is shown as "Canceled"
      And Maya has no mail
      And the seller has nothing to answer for Maya
      And all three books say 0.00 USD for Maya
