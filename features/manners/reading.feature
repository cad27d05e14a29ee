Feature: The OMS reads in its own way
  Few rows at a time, by the clock of somewhere else, with an old token, beside another program: whatever
  way it asks, it is told of every order and every request, once.

  @R44 @R63 @R73
  Scenario Outline: Every request reaches the seller
    Given the OMS <manners>
    And Maya has received:
      | goods | pieces | price each |
      | rug   | 1      | 89.00 USD  |
      | mug   | 3      | 12.50 USD  |
      | vase  | 1      | 20.00 USD  |
    And 80 minutes have passed
    And Maya has made a request for each of her goods
    And Noah has received a desk lamp for 39.98 USD
    When half an hour passes
    Then the seller has every request of Maya's before them

    Examples:
      | manners                              |
      | pages by 1                           |
      | pages by 2 and reads without overlap |
      | pages by 2 and asks in other words   |
      | asks in other words                  |
      | filters by its local time            |
      | has a second application             |
      | is careless                          |

  @trouble
  Scenario: The connector learns of a request later than it was made
    Given the OMS reads without overlap
    And Maya has received a desk lamp for 39.98 USD
    And 50 minutes have passed
    And the marketplace is unreachable for 40 minutes
    And Maya has asked for her money back
    When an hour passes
    Then the seller has every request of Maya's before them

  @trouble
  Scenario: The connector learns hours later what has become of a request
    Given the OMS reads again only what has changed
    And these buyers wait for the seller:
      | buyer | order        | goods     | price     | wants      |
      | Maya  | has received | desk lamp | 39.98 USD | money back |
    And the marketplace is unreachable for 150 minutes
    And 20 minutes have passed
    And Maya has withdrawn her request
    When 3 hours pass
    Then Maya's request is shown as "Canceled"

  @R44
  Scenario Outline: A token whose hour is over opens nothing, and one in its last minutes what it always did
    Given the OMS keeps an old token
    And these buyers wait for the seller:
      | buyer | order        | goods     | price     | wants   |
      | Maya  | has received | desk lamp | 39.98 USD | <wants> |
    And <minutes> minutes have passed
    When the seller <does>
    Then the connector has turned away a token whose hour was over
    And all three books say 39.98 USD for Maya

    Examples:
      | wants      | minutes | does                       |
      | nothing    | 140     | refunds Maya's whole order |
      | nothing    | 162     | refunds Maya the desk lamp |
      | money back | 162     | approves Maya's request    |

  @R44
  Scenario: Wrong keys open nothing, and by a wrong number or name nothing is found
    Given the OMS tries wrong keys, mixes up its numbers and misspells what it asks for
    And Maya has received a desk lamp for 39.98 USD
    When 70 minutes pass
    Then the connector has turned away each wrong key
    And the connector has found nothing by the number 2147483647
    And the connector has refused whatever is about "Nonesuch"

  @R44 @R55
  Scenario Outline: What the seller starts comes back from the connector
    Given the OMS <manners>
    And Maya has received a desk lamp for 39.98 USD
    And everybody has heard of it
    When the seller refunds Maya's whole order
    Then all three books say 39.98 USD for Maya

    Examples:
      | manners                  |
      | reads without overlap    |
      | has a second application |
      | asks in other words      |
      | is careless              |

  @R16 @R44
  Scenario Outline: All that was asked for, named as a sum, is no offer
    Given the OMS <manners>
    And Maya has received:
      | goods | pieces | price each |
      | rug   | 1      | 89.00 USD  |
      | mug   | 2      | 12.50 USD  |
    And Maya has asked for her money back
    And everybody has heard of it
    When the seller approves Maya's request
    Then Maya's request is shown as "Completed"
    And all three books say 114.00 USD for Maya

    Examples:
      | manners                                              |
      | says the sum of a plain yes and mixes up its numbers |
      | says the sum of a plain yes and answers line by line |

  @trouble
  Scenario: Of two that mark an order as fetched one takes its mark back, and the connector dies over the other's
    Given the OMS has a second application
    And Maya has ordered a vase for 90.00 USD
    And 7 minutes have passed
    And the connector is to die twice, after every commit
    When 2 hours pass
    Then the connector has died 2 times
    And the seller knows of Maya's order
