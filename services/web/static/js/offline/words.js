// What a page says that was kept from before. Read by the page as a module and by the worker as plain text, so that
// both say the same; the worker is given it without the word in front of the first constant.
export const CUT_WORDS = {
  ja: ['通信できません。{time}（日本時間）の内容です。', 'いまは違うかもしれません。何も出ていなくても、安全という意味ではありません。', 'もう一度読み込む', 'この情報は期限を過ぎました。続いているかどうかは、通信できるまで分かりません。', 'つながりました。最新の内容を表示する', 'いまの避難情報は分かりません（この時刻には出ていませんでした）'],
  'ja-x-easy': ['インターネットに つながりません。{time}（日本の 時間）の ページです。', 'いまは ちがう かもしれません。お知らせが なくても、安全では ありません。', 'もう一度 開く', 'この お知らせの 時間は 終わりました。いま どうか、つながるまで わかりません。', 'つながりました。新しい ページを 見る', 'いまの ひなんの お知らせは わかりません（この 時間には ありませんでした）'],
  en: ['No connection. This is the page of {time} (Japan time).', 'It may be different now. That nothing is listed does not mean that it is safe.', 'Try again', 'The time of this information has passed. Whether it continues is not known until there is a connection.', 'Connected again. Show what is current', 'Whether there is evacuation information now is not known (there was none at that time)'],
  'zh-Hans': ['无法连接网络。这是{time}（日本时间）的内容。', '现在的情况可能已经不同。没有显示信息并不表示安全。', '重新加载', '此信息已过期。在恢复连接之前，无法得知是否仍然有效。', '已恢复连接。显示最新内容', '现在是否有避难信息尚不清楚（该时刻没有）'],
  ko: ['통신할 수 없습니다. {time}(일본 시간)의 내용입니다.', '지금은 다를 수 있습니다. 표시된 정보가 없어도 안전하다는 뜻은 아닙니다.', '다시 불러오기', '이 정보의 기한이 지났습니다. 계속되고 있는지는 연결될 때까지 알 수 없습니다.', '연결되었습니다. 최신 내용 보기', '지금의 대피 정보는 알 수 없습니다(이 시각에는 없었습니다)'],
  vi: ['Không có kết nối. Đây là nội dung lúc {time} (giờ Nhật Bản).', 'Hiện tại có thể đã khác. Không có thông tin không có nghĩa là an toàn.', 'Tải lại', 'Thông tin này đã hết hạn. Chưa biết còn hiệu lực hay không cho đến khi có kết nối.', 'Đã có kết nối. Xem nội dung mới nhất', 'Chưa biết hiện có thông tin sơ tán hay không (vào lúc đó không có)'],
};
