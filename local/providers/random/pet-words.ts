// Words for readable names: adverbs, adjectives and animals, all short, harmless and free of signs.

export const adverbs =
  "calmly boldly brightly gently kindly keenly lightly loosely mostly neatly nearly openly plainly poorly proudly quickly rarely really rightly safely sharply simply slowly smoothly softly solely steadily sweetly swiftly truly vastly warmly widely wildly wisely".split(
    " ",
  );

export const adjectives =
  "able amber ample azure brave brief bright calm clear clever cool cosy crisp deep eager early easy fair famous fast fine firm fleet fond frank free fresh gentle glad golden grand great happy hardy honest humble jolly keen kind large light lively loyal lucky major mellow merry mighty modest neat noble open polite prime proper proud quick quiet rapid rare ready rich sharp silver smart smooth social solid sound stable steady strong sunny sure swift tidy touched true upright vital vocal warm welcome wise witty".split(
    " ",
  );

export const animals =
  "ant badger bass bat bear beagle bee bison boar bream buck cat cicada cobra cod corgi cow crab crane cricket crow deer dingo dog dolphin donkey dove duck eagle eel egret elk emu falcon ferret finch fish fox frog gecko goat goose grouse gull hare hawk hen heron hippo horse husky ibex iguana jackal jay kite kiwi koala lamb lark lemur lion llama lynx macaw magpie mammoth martin mink mole monkey moose moth mouse mule newt ocelot orca osprey otter owl ox oyster panda parrot peacock penguin perch pig pigeon pony puffin pug puma quail rabbit ram raptor raven robin salmon seal shark sheep shrew shrimp skunk sloth snail snake sparrow spider squid stag stork swan tapir tern tiger toad trout turkey turtle viper vole walrus wasp weasel whale wolf wombat worm wren yak zebra".split(
    " ",
  );
