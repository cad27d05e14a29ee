Feature: The goods never come
  A return that nobody sends does not stay open for ever, and neither does one whose parcel is lost.

  Rule: Thirty days are enough

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked to send it back
      And Omar has received a tea set for 24.50 USD
      And Omar has sent it back

    @R29 @R19
    Scenario: Who never ships is not paid, and whose parcel never arrives is
      When 31 days pass
      Then Maya's request is shown as "Canceled"
      And Maya has no mail
      And the seller has nothing to answer for Maya
      And all three books say 0.00 USD for Maya
      And Omar's request is shown as "Completed"
      And Omar has exactly one mail, "order refund"
      And the seller has nothing to answer for Omar
      And all three books say 24.50 USD for Omar
