Feature: A returned parcel never arrives
  Somebody has sent the goods back, and the warehouse never sees them. From the tenth day the seller may answer
  without the goods, even if the connector was down in the days before; who says nothing for thirty days has said yes.

  Background:
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has sent it back

  Rule: While the parcel travels everybody sees until when it may

    @R29
    Scenario: The deadline is on both sides
      When 1 hour passes
      Then the seller sees the same deadline for Maya as the marketplace
      And Maya's request is shown as "Buyer Shipped"

  Rule: Before the tenth day nobody judges what has not come

    @R45
    Scenario Outline: The seller is early
      Given 1 hour has passed
      When the seller tries to <answer> the request of Maya
      Then the seller is told that it cannot be done
      And Maya has been paid back nothing

      Examples:
        | answer  |
        | approve |
        | reject  |

  Rule: From the tenth day the seller may answer without the goods

    Background:
      Given a second shop has opened, without the connector
      And Ana has received a mug for 12.50 USD from the second shop

    @R29 @R46 @R47 @R48 @R62 @trouble
    Scenario: One parcel comes after all, and the other one is not believed in
      Given Omar has received a tea set for 24.50 USD
      And Omar has sent it back
      And the connector has been down for 10 days
      And the seller has let the connector into the second shop
      And everybody has heard of it
      And Omar's parcel has reached the warehouse
      And the seller has found Omar's goods as sold and accepted them
      When the seller rejects Maya's request
      Then it has ended like this:
        | buyer | request         | mails           | all books |
        | Maya  | Return Rejected | return rejected | 0.00 USD  |
        | Omar  | Completed       | order refund    | 24.50 USD |
