# shellcheck shell=bash
# images.sh - one image for each role, made of mini-AVR; shared by all tests on an engine.
base_images() {
    image_build e2e/avr-sts-deepgram:1 sts 1
    image_build e2e/avr-core:1 core 1
    image_build e2e/avr-asr-deepgram:1 asr 1
    image_build e2e/avr-llm-openai:1 llm 1
    image_build e2e/avr-tts-deepgram:1 tts 1
}
