Feature: One decision, one mail
  A buyer gets one mail for each decision, and it is of the right kind.

  Background:
    Given Maya has received a desk lamp for 39.98 USD

  Rule: There are three kinds, and never two for one decision

    @R34 @R57 @R69
    Scenario: Nothing is decided, nothing is sent
      When Maya asks for her money back
      Then Maya has no mail

  Rule: A day later there is still one for each decision

    Background:
      Given Maya has asked for her money back
      And Lena has received a phone case for 15.99 USD
      And Lena has asked for her money back
      And Noah has received a silk scarf for 64.00 USD
      And Noah has sent it back
      And Noah's parcel has reached the warehouse
      And Omar has received a tea set for 24.50 USD
      And everybody has heard of it

    @R19 @R34 @R49 @R57 @R69 @R76 @R78
    Scenario: A yes, a no, a parcel refused and a refund that the seller started
      Given the seller has approved Maya's request
      And the seller has rejected Lena's request
      And the seller has found Noah's goods damaged and refused them
      And the seller has refunded Omar's whole order
      When a day passes
      Then it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Completed       | order refund    | 39.98 USD |
        | Lena  | Refund Rejected | refund rejected | 0.00 USD  |
        | Noah  | Return Rejected | return rejected | 0.00 USD  |
        | Omar  | none            | order refund    | 24.50 USD |
