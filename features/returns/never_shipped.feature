Feature: What nobody goes on with ends by itself
  A return that nobody sends does not stay open for ever, and neither does one whose parcel is lost, a rejection
  against which nobody appeals, or an appeal that nobody decides. The marketplace sees to it whether the connector runs
  or not: here it is down for the month, and tells afterwards what has ended.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked to send it back
    And Omar has received a tea set for 24.50 USD
    And Omar has sent it back
    And Omar's parcel is lost

  Rule: A month is enough for everybody

    Background:
      Given Lena has received a phone case for 15.99 USD
      And Lena has asked for her money back
      And Ana has received a mug for 12.50 USD
      And Ana has asked for her money back
      And Noah has received a silk scarf for 64.00 USD
      And Noah has sent it back
      And Noah's parcel has reached the warehouse

    @R18 @R19 @R29 @R51 @R78 @R80
    Scenario: Only whose parcel is lost, and whose appeal nobody decides, is paid
      Given the seller has rejected Lena's request
      And the seller has rejected Ana's request
      And the seller has found Noah's goods damaged and refused them
      And Ana has appealed
      And the connector has been down for 30 days
      When 3 hours pass
      Then it has ended like this:
        | buyer | request   | mails                         | all books |
        | Maya  | Canceled  | none                          | 0.00 USD  |
        | Omar  | Completed | order refund                  | 24.50 USD |
        | Lena  | Canceled  | refund rejected               | 0.00 USD  |
        | Ana   | Completed | refund rejected, order refund | 12.50 USD |
        | Noah  | Canceled  | return rejected               | 0.00 USD  |
      And Ana's appeal is "support buyer"
      And the seller has nothing to answer for Omar
