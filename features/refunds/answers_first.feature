@ours
Feature: An answer to a buyer goes first
  The seller means to give money back, and the buyer asks for it as well. The buyer gets an answer;
  what the seller meant to give waits for it, and takes what is left.

  Rule: A refund of the seller's waits for a buyer's request on the same goods

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And everybody has heard of it

    @R9 @R13 @R55
    Scenario Outline: Whoever was first
      Given <first>
      And <second>
      When an hour passes
      Then the seller can approve or reject Maya's request
      And the seller's own refund of Maya waits for her request
      And Maya has been paid back nothing

      Examples:
        | first                                       | second                                      |
        | the seller has refunded Maya's whole order  | Maya has asked for her money back           |
        | Maya has asked for her money back           | the seller has refunded Maya's whole order  |

    @R9 @R13 @R55
    Scenario: The buyer's request is known already
      Given Maya has asked for her money back
      And everybody has heard of it
      When the seller refunds Maya 5.00 USD of the order
      Then the seller's own refund of Maya waits for her request

    @R4 @R16 @R66
    Scenario: The buyer gets it all, and nothing is left to give
      Given the seller has refunded Maya's whole order
      And Maya has asked for her money back
      And everybody has heard of it
      When the seller approves Maya's request
      Then the seller's own refund of Maya has given way to her request
      And all three books say 39.98 USD for Maya

    @R4 @R16 @R66
    Scenario Outline: The buyer gets a part, and the seller gives what was meant, or the rest
      Given Maya has asked for her money back
      And everybody has heard of it
      And the seller has refunded <what>
      And the seller has offered Maya 10.00 USD
      When Maya accepts the offer
      Then the seller's own refund of Maya has been carried out over <own>
      And all three books say <all> for Maya

      Examples:
        | what                                                   | own       | all       |
        | Maya's whole order and put the goods back on the shelf | 29.98 USD | 39.98 USD |
        | Maya 5.00 USD of the order                             | 5.00 USD  | 15.00 USD |

    @R13 @R55
    Scenario Outline: The buyer gets nothing
      Given Maya has asked for her money back
      And the seller has refunded Maya 5.00 USD of the order
      When <ends>
      Then the seller's own refund of Maya has been carried out over 5.00 USD
      And all three books say 5.00 USD for Maya

      Examples:
        | ends                              |
        | the seller rejects Maya's request |
        | Maya withdraws                    |

    @R15
    Scenario: It is answered in Seller Center
      Given the seller has refunded Maya's whole order
      And Maya has asked for her money back
      When Maya's request is approved in Seller Center
      Then the seller's own refund of Maya has given way to her request
      And all three books say 39.98 USD for Maya

    @R13 @R55
    Scenario: The goods come back meanwhile
      Given Maya has sent it back
      And the seller has refunded Maya's whole order
      And Maya's parcel has reached the warehouse
      And everybody has heard of it
      When the seller finds Maya's goods as sold and accepts them
      Then the seller's own refund of Maya has given way to her request
      And all three books say 39.98 USD for Maya

  Rule: A refund of a part of the price takes what is left of that part

    Background:
      Given Maya has received a rug for 50.00 USD, with 6.00 USD for shipping and 4.13 USD of tax
      And everybody has heard of it

    @R4 @R16 @R66
    Scenario Outline: The buyer takes nearly all
      Given the seller has refunded Maya the <part>
      And Maya has asked for her money back
      And everybody has heard of it
      And the seller has offered Maya 55.00 USD
      When Maya accepts the offer
      Then the seller's own refund of Maya has been carried out over <rest>
      And all three books say <all> for Maya

      Examples:
        | part     | rest     | all       |
        | shipping | 0.51 USD | 55.51 USD |
        | tax      | 0.35 USD | 55.35 USD |

  Rule: It waits as well while the buyer thinks about an offer

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And Maya has asked for her money back
      And an hour has passed
      And the seller has offered Maya 10.00 USD
      And an hour has passed
      And Maya has accepted the offer
      And 15 minutes have passed

    @R13 @R55
    Scenario: One was paid, as is learnt in this second, and there is another one
      Given Maya has asked for her money back
      And the seller has refunded Maya 1.00 USD of the order
      And the seller has offered Maya 5.00 USD for the second request
      And 2 hours have passed
      When Maya accepts the offer for the second request
      Then all three books say 16.00 USD for Maya

  Rule: A request that the connector could not read stands in the way all the same

    Background:
      Given Maya has received a desk lamp for 39.98 USD
      And an hour has passed
      And the marketplace answers 503 to every search for returns for 90 minutes
      And Maya has asked for her money back

    @R13 @R55 @trouble
    Scenario: The buyer gets nothing, after the refund has been turned away
      Given the seller has refunded Maya the desk lamp
      And 2 hours have passed
      When the seller rejects Maya's request
      Then the trouble was hit
      And the seller's own refund of Maya has been carried out over 39.98 USD
      And all three books say 39.98 USD for Maya

    @R4 @R15 @R66 @trouble
    Scenario: It has been answered in Seller Center, and nothing is left
      Given Maya's request has been approved in Seller Center
      And the seller has refunded Maya's whole order
      When 2 hours pass
      Then the trouble was hit
      And the seller's own refund of Maya has given way to her request
      And all three books say 39.98 USD for Maya

  Rule: Of several goods the seller's refund takes those that the request leaves

    Background:
      Given Noah has received 3 candles at 19.99 USD each
      And everybody has heard of it

    @R4 @R37
    Scenario: The buyer gets the money for one of three
      Given the seller has refunded Noah's whole order
      And Noah has asked for the money for 1 of the candles
      And everybody has heard of it
      When the seller approves Noah's request
      Then the seller's own refund of Noah has been carried out over 39.98 USD
      And all three books say 59.97 USD for Noah

    @R4 @R37
    Scenario: The buyer gets the money for one, and the seller means this line only
      Given Noah has asked for the money for 1 of the candles
      And the seller has refunded Noah the candles
      When the seller approves Noah's request
      Then the seller's own refund of Noah has been carried out over 39.98 USD
      And all three books say 59.97 USD for Noah

    @R37 @R55
    Scenario: What no request is about is refunded at once
      Given Paul has received:
        | goods | pieces | price each |
        | rug   | 1      | 89.00 USD  |
        | mug   | 1      | 12.50 USD  |
      And Paul has asked for the money for the rug
      And everybody has heard of it
      When the seller refunds Paul the mug
      Then Paul has been paid back 12.50 USD

  Rule: A cancellation of the seller's waits as well

    Background:
      Given Maya has ordered a desk lamp for 39.98 USD
      And everybody has heard of it
      And the seller has called off what Maya ordered, as it is not available
      And Maya has asked to cancel the order

    @R14 @R13
    Scenario: The buyer can be answered
      When 30 minutes pass
      Then the seller can approve or reject Maya's request
      And the seller's own refund of Maya waits for her request

    @R14
    Scenario: The order is canceled as the buyer asked
      Given everybody has heard of it
      When the seller approves Maya's request
      Then Maya's order is canceled
      And the seller's own refund of Maya has given way to her request
      And all three books say 39.98 USD for Maya

    @R14 @R16 @R17 @R19
    Scenario: Nobody answers, nor the request for a refund
      Given these buyers wait for the seller:
        | buyer | order        | goods      | price     | wants      |
        | Noah  | has received | silk scarf | 64.00 USD | money back |
      And the seller has refunded Noah 5.00 USD of the order
      And the connector has been down for 22 hours
      When 1 hour passes after the answer to Noah was due
      Then the seller's own refund of Maya has given way to her request
      And the seller's own refund of Noah has given way to his request
      And the seller sees no failure for Noah
      And all three books say 39.98 USD for Maya
      And all three books say 64.00 USD for Noah

    @R14
    Scenario Outline: The order is canceled because the seller called it off
      Given everybody has heard of it
      When <ends>
      Then Maya's order is canceled
      And the seller's own refund of Maya has been carried out over 39.98 USD
      And all three books say 39.98 USD for Maya

      Examples:
        | ends                              |
        | the seller rejects Maya's request |
        | Maya withdraws the cancellation   |
