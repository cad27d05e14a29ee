Feature: What the seller says reaches the buyer
  A no may have words to it. The buyer reads them as they were written, once, beside the reason.

  @R11 @R76
  Scenario Outline: The seller rejects a request for several goods
    Given the OMS <manners>
    And Maya has received:
      | goods | pieces | price each |
      | rug   | 1      | 89.00 USD  |
      | mug   | 3      | 12.50 USD  |
    And Maya has asked for her money back
    And everybody has heard of it
    When the seller rejects Maya's request, saying "<words>"
    Then the mail to Maya says "<words>"
    And the mail to Maya gives the reason "The evidence is unclear"

    Examples:
      | manners                                                             | words                                |
      | is careful                                                          | Größe 42 – 100 % Wolle; 李小龙 & Co. 🙂  |
      | answers line by line, says everything twice and asks in other words | It's as you ordered it: <b>blue</b>. |

  @R11 @R76
  Scenario: The seller gives a reason of their own, and words beside it
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has asked for her money back
    And everybody has heard of it
    When the seller rejects Maya's request, giving reverse_reject_refund_request_product_function_well and saying "See the film."
    Then the mail to Maya says "See the film."
    And the mail to Maya gives the reason "The product functions well"

  @R11 @R76
  Scenario Outline: In any script there is room for 500 bytes
    Given <buyer> has received a desk lamp for 39.98 USD
    And <buyer> has asked for her money back
    And everybody has heard of it
    When the seller rejects <buyer>'s request, saying "<words>"
    Then the mail to <buyer> says "<words>"

    Examples:
      | buyer | words |
      | 李小龙 | 商品与您订购的完全一致，没有损坏。商品与您订购的完全一致，没有损坏。商品与您订购的完全一致，没有损坏。商品与您订购的完全一致，没有损坏。商品与您订购的完全一致，没有损坏。商品与您订购的完全一致，没有损坏。商品与您订购的完全一致，没有损坏。商品与您订购的完全一致，没有损坏。商品与您订购的完全一致，没有损坏。......................................... |
      | مها الأحمد | المنتج كما طلبته تماما ولا عيب فيه. المنتج كما طلبته تماما ولا عيب فيه. المنتج كما طلبته تماما ولا عيب فيه. المنتج كما طلبته تماما ولا عيب فيه. المنتج كما طلبته تماما ولا عيب فيه. المنتج كما طلبته تماما ولا عيب فيه. المنتج كما طلبته تماما ولا عيب فيه...................................................... |
      | प्रिया शर्मा | 🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂 |

  @R49
  Scenario Outline: The seller refuses goods that came back
    Given Maya has received a desk lamp for 39.98 USD
    And Maya has sent it back
    And Maya's parcel has reached the warehouse
    And everybody has heard of it
    When <refuses>
    Then the mail to Maya gives the reason "<reason>"

    Examples:
      | refuses                                                           | reason                                   |
      | the seller finds Maya's goods damaged and refuses them            | The item is damaged or used              |
      | the seller finds Maya's goods with parts missing and refuses them | Products or parts are missing            |
      | the seller finds Maya's goods the wrong item and refuses them     | The item is not the one that was sent    |
      | the seller rejects Maya's return, saying "Worn."                  | The item is not eligible, used or broken |
