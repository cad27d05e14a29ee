Feature: A parcel with less in it, and pieces that differ
  The warehouse looks at each piece; the marketplace takes one answer for all of them, and the gravest that was found is
  the reason to refuse.

  Background:
    Given Maya has received:
      | goods | pieces | price each |
      | rug   | 1      | 25.00 USD  |
      | mug   | 3      | 12.50 USD  |

  @R4 @R42
  Scenario Outline: What has not come is missing
    Given Maya has asked to send it back
    And everybody has heard of it
    And Maya has handed over her parcel, with only 2 of the mugs in it
    And Maya's parcel has reached the warehouse
    And everybody has heard of it
    When the seller finds Maya's goods as sold and <does> them
    Then Maya's request is shown as "<shown>"
    And all three books say <sum> for Maya

    Examples:
      | does    | shown           | sum       |
      | refuses | Return Rejected | 0.00 USD  |
      | accepts | Completed       | 62.50 USD |

  @R42 @R49
  Scenario Outline: The gravest gives the reason
    Given Maya has sent it back
    And Maya's parcel has reached the warehouse
    And everybody has heard of it
    When the seller finds Maya's goods <most>, but one of the mugs <one>, and refuses them
    Then Maya's request is shown as "Return Rejected"
    And the mail gives the reason "<reason>"
    And all three books say 0.00 USD for Maya

    Examples:
      | most    | one                | reason                                |
      | as sold | damaged            | The item is damaged or used           |
      | used    | damaged            | The item is damaged or used           |
      | damaged | with parts missing | Products or parts are missing         |
      | damaged | the wrong item     | The item is not the one that was sent |
