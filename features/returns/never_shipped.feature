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
      Then it has ended like this:
        | buyer | request   | mails        | all books |
        | Maya  | Canceled  | none         | 0.00 USD  |
        | Omar  | Completed | order refund | 24.50 USD |
      And the seller has nothing to answer for Maya
      And the seller has nothing to answer for Omar
