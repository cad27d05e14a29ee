Feature: An order that came in several parcels
  The marketplace takes what the seller starts for one parcel at a time; for the seller it is one refund. Which goods
  are in which parcel is not known before the order is ready to ship.

  Rule: Sent together

    @R16 @R37
    Scenario Outline: A refund over all of them, in full or in part
      Given Maya has just ordered, with 3.00 USD for shipping:
        | goods | pieces | price each | parcel |
        | rug   | 1      | 50.00 USD  | 1      |
        | mug   | 2      | 12.50 USD  | 2      |
      And 75 minutes have passed
      And the seller has shipped Maya's order
      And everybody has heard of it
      When the seller refunds <what>
      Then all three books say <sum> for Maya
      And the seller sees no failure for Maya

      Examples:
        | what                        | sum       |
        | Maya's whole order          | 78.00 USD |
        | Maya 60.00 USD of the order | 60.00 USD |
        | Maya the mugs               | 26.00 USD |

  Rule: Sent one after the other

    Background:
      Given Maya has ordered, with 3.00 USD for shipping:
        | goods | pieces | price each | parcel |
        | rug   | 1      | 50.00 USD  | 1      |
        | mug   | 2      | 12.50 USD  | 2      |
      And the seller has shipped only the rug of Maya's order
      And everybody has heard of it

    @R14 @R56
    Scenario: Nothing is refunded or called off before the last has left
      When the seller refunds Maya's whole order
      Then Maya's order is shipped in part
      And the seller sees that the refund of Maya failed, and why
      And all three books say 0.00 USD for Maya

    @R16 @R37
    Scenario: Then the whole order is refunded
      Given the seller has shipped Maya's order
      And everybody has heard of it
      When the seller refunds Maya's whole order and puts the goods back on the shelf
      Then all three books say 78.00 USD for Maya
      And the seller sees no failure for Maya
